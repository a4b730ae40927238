import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { blockSamples } from '../../../src/media/frame.ts';
import { Microphone } from '../../../src/media/sound/microphone.ts';
import { alsaMicrophone } from '../../../src/media/sound/microphones/alsa.ts';
import { fileMicrophone } from '../../../src/media/sound/microphones/file.ts';
import { createOpusEncoder } from '../../../src/media/sound/opus.ts';
import type { OpusSource } from '../../../src/media/sound/source.ts';
import { Speaker } from '../../../src/media/sound/speaker.ts';
import { alsaSpeaker } from '../../../src/media/sound/speakers/alsa.ts';
import { wavHeader } from '../../../src/media/sound/wav.ts';
import { children } from '../ready.ts';
import { join, sine, strongest } from './goertzel.ts';
import { missing } from './pulse-server.ts';

const log = pino({ level: 'silent' });
const configuration = '/usr/share/alsa/alsa.conf';
const absent = missing('ffmpeg') ?? missing('arecord');
if (absent) console.log(`ALSA tests ${absent}`);

/** ALSA's `file` plugin over `null`: real library, no card. It keeps no clock, so no time is measured here. */
describe.skipIf(absent)('ALSA', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(joinPath(tmpdir(), 'vedette-alsa-'));
    const tone = sine(900, 48_000 * 2);
    writeFileSync(joinPath(folder, 'tone.raw'), new Uint8Array(tone.buffer));
    writeFileSync(
      joinPath(folder, 'tone.wav'),
      Buffer.concat([wavHeader(tone.byteLength), new Uint8Array(tone.buffer)]),
    );
    writeFileSync(
      joinPath(folder, 'asound.conf'),
      `pcm.fakemic { type file; slave.pcm null; file /dev/null; infile ${joinPath(folder, 'tone.raw')}; format raw }
pcm.fakespk { type file; slave.pcm null; file ${joinPath(folder, 'spk.raw')}; format raw }
`,
    );
    process.env.ALSA_CONFIG_PATH = `${configuration}:${joinPath(folder, 'asound.conf')}`;
  });

  afterAll(() => {
    delete process.env.ALSA_CONFIG_PATH;
    rmSync(folder, { recursive: true });
  });

  async function listen(microphone: Microphone, blocks: number): Promise<Int16Array> {
    const heard: Int16Array[] = [];
    const release = microphone.listen(({ samples }) => {
      if (heard.length < blocks) heard.push(samples.slice());
    });
    await vi.waitFor(() => expect(heard.length).toBe(blocks), 10_000);
    release();
    await microphone.stop();
    return join(heard);
  }

  test('a card’s tone is heard', async () => {
    const options = alsaMicrophone.options.parse({ device: 'fakemic' });
    const microphone = new Microphone({ name: 'alsa', open: () => alsaMicrophone.open(options), log });
    expect(strongest(await listen(microphone, 40))).toBe(900);
  });

  test('privacy ends the process that holds a card, whoever listens', async () => {
    const options = alsaMicrophone.options.parse({ device: 'fakemic' });
    const microphone = new Microphone({ name: 'alsa', open: () => alsaMicrophone.open(options), log });
    let heard = 0;
    const release = microphone.listen(() => heard++);
    await vi.waitFor(() => expect(heard).toBeGreaterThan(10), 10_000);
    expect(children('ffmpeg')).toHaveLength(1);
    await microphone.setPrivate(true);
    expect(children('ffmpeg')).toEqual([]);
    const before = heard;
    await microphone.setPrivate(false);
    await vi.waitFor(() => expect(heard).toBeGreaterThan(before), 10_000);
    release();
    await microphone.stop();
  });

  test('a sound file is a microphone, in real time and over again', async () => {
    const options = fileMicrophone.options.parse({ path: joinPath(folder, 'tone.wav') });
    const microphone = new Microphone({ name: 'file', open: () => fileMicrophone.open(options), log });
    expect(strongest(await listen(microphone, 110))).toBe(900);
  });

  test('a sound file that is not there is away, with its name', async () => {
    const options = fileMicrophone.options.parse({ path: joinPath(folder, 'nobody.wav') });
    const microphone = new Microphone({ name: 'file', open: () => fileMicrophone.open(options), log });
    microphone.listen(() => {});
    await vi.waitFor(() => expect(microphone.status.state).toBe('away'), 10_000);
    expect(microphone.status).toHaveProperty('reason', expect.stringContaining('nobody.wav'));
    await microphone.stop();
  });

  test('what a talker says is what the card is given', async () => {
    const speaker = new Speaker({
      name: 'alsa',
      open: () => alsaSpeaker.open({ device: 'fakespk' }),
      log,
      lingerMs: 0,
    });
    const encoder = await createOpusEncoder();
    const block = sine(750, blockSamples);
    const source: OpusSource = {
      pull: () => ({ kind: 'packet', payload: encoder.encode(block) }),
      depthMs: 60,
      targetMs: 60,
    };
    speaker.talk('anna', source);
    await vi.waitFor(() => expect(speaker.status.state).toBe('talking'), 10_000);
    const file = joinPath(folder, 'spk.raw');
    await vi.waitFor(() => expect(readFileSync(file).length).toBeGreaterThan(96_000), 10_000);
    await speaker.stop();
    encoder.free();
    const heard = new Int16Array(Uint8Array.from(readFileSync(file).subarray(-48_000)).buffer);
    expect(strongest(heard)).toBe(750);
  });

  test('a card that is not there is tried again, and the talker keeps connecting', async () => {
    let opened = 0;
    const speaker = new Speaker({
      name: 'alsa',
      open: () => {
        opened++;
        return alsaSpeaker.open({ device: 'nobody' });
      },
      log,
      lingerMs: 0,
    });
    speaker.talk('anna', { pull: () => ({ kind: 'lost' }), depthMs: 60, targetMs: 60 });
    await vi.waitFor(() => expect(opened).toBeGreaterThan(2), 10_000);
    expect(speaker.status.state).toBe('connecting');
    await speaker.stop();
  });
});
