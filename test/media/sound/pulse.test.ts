import { spawn } from 'node:child_process';
import { join as joinPath } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { blockSamples, type SoundBlock } from '../../../src/media/frame.ts';
import { listSoundDevices } from '../../../src/media/sound/devices.ts';
import { Microphone } from '../../../src/media/sound/microphone.ts';
import { autoMicrophone } from '../../../src/media/sound/microphones/auto.ts';
import { pulseMicrophone } from '../../../src/media/sound/microphones/pulse.ts';
import { createOpusEncoder } from '../../../src/media/sound/opus.ts';
import { preferredPulse, pulseAnswers } from '../../../src/media/sound/pulse.ts';
import type { OpusSource } from '../../../src/media/sound/source.ts';
import { Speaker } from '../../../src/media/sound/speaker.ts';
import { pulseSpeaker } from '../../../src/media/sound/speakers/pulse.ts';
import { join, sine, strength, strongest } from './goertzel.ts';
import { missing, PulseServer } from './pulse-server.ts';

const log = pino({ level: 'silent' });
const absent = missing('pulseaudio', 'pactl') ?? missing('ffmpeg');
if (absent) console.log(`PulseAudio tests ${absent}`);

describe.skipIf(absent)('a sound server', () => {
  let server: PulseServer;
  const children: ReturnType<typeof spawn>[] = [];
  const before = process.env.PULSE_SERVER;

  beforeAll(async () => {
    server = new PulseServer();
    await server.start();
    process.env.PULSE_SERVER = server.env.PULSE_SERVER;
    // Somebody whistles into the microphone.
    feed(1150);
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.dispose();
    if (before === undefined) delete process.env.PULSE_SERVER;
    else process.env.PULSE_SERVER = before;
  });

  function feed(frequency: number) {
    const source = ['-re', '-f', 'lavfi', '-i', `sine=${frequency}`, '-ac', '1'];
    const args = ['-v', 'error', '-nostdin', ...source, '-f', 'pulse', '-device', 'micfeed', 'tone'];
    children.push(spawn('ffmpeg', args, { stdio: 'ignore', env: server.env }));
  }

  /** Listens until so many blocks came. */
  async function listen(microphone: Microphone, blocks: number): Promise<SoundBlock[]> {
    const heard: SoundBlock[] = [];
    const release = microphone.listen((block) => heard.push({ ...block, samples: block.samples.slice() }));
    await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(blocks), 20_000);
    release();
    return heard;
  }

  test('what is whistled into its source is heard, in blocks that step by 20 ms', async () => {
    const microphone = new Microphone({
      name: 'pulse',
      open: () => pulseMicrophone.open({ source: 'auto' }),
      log,
      lingerMs: 0,
    });
    const heard = await listen(microphone, 75);
    await microphone.stop();
    expect(heard.every(({ samples }) => samples.length === blockSamples)).toBe(true);
    expect(strongest(join(heard.slice(-50).map(({ samples }) => samples)))).toBe(1150);
    const steps = heard.slice(1).map(({ captureMs }, i) => captureMs - heard[i]!.captureMs);
    expect(steps.filter((step) => Math.abs(step - 20) < 1e-6).length).toBeGreaterThan(0.9 * steps.length);
  });

  test('it is found by itself, and its devices are listed', async () => {
    expect(await pulseAnswers()).toBe(true);
    expect((await listSoundDevices()).map(({ use, kind, id }) => [use, kind, id])).toEqual(
      expect.arrayContaining([
        ['microphone', 'pulse', 'mic'],
        ['speaker', 'pulse', 'speaker'],
      ]),
    );
    const microphone = new Microphone({ name: 'auto', open: () => autoMicrophone.open({}), log });
    expect((await listen(microphone, 5)).length).toBeGreaterThanOrEqual(5);
    await microphone.stop();
  });

  test('without an echo canceller the default is taken, with one its source and its sink', async () => {
    expect(await preferredPulse('sources')).toBe('default');
    const other = new PulseServer();
    try {
      await other.start([
        'load-module module-echo-cancel source_name=echo-cancel-source source_master=mic sink_name=echo-cancel-sink sink_master=speaker aec_method=null',
      ]);
      process.env.PULSE_SERVER = other.env.PULSE_SERVER;
      expect(await preferredPulse('sources')).toBe('echo-cancel-source');
      expect(await preferredPulse('sinks')).toBe('echo-cancel-sink');
    } finally {
      process.env.PULSE_SERVER = server.env.PULSE_SERVER;
      await other.dispose();
    }
  });

  test('what a talker says is played by its sink, and talking is said only then', async () => {
    const heard: Buffer[] = [];
    const recorder = spawn(
      'ffmpeg',
      [
        '-v',
        'error',
        '-nostdin',
        '-f',
        'pulse',
        '-fragment_size',
        '1920',
        '-i',
        'speaker.monitor',
        '-ac',
        '1',
        '-ar',
        '48000',
        '-f',
        's16le',
        'pipe:1',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'], env: server.env },
    );
    children.push(recorder);
    recorder.stdout.on('data', (chunk: Buffer) => heard.push(chunk));
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0), 15_000);

    const speaker = new Speaker({
      name: 'pulse',
      open: () => pulseSpeaker.open({ sink: 'auto' }),
      log,
      lingerMs: 0,
    });
    const encoder = await createOpusEncoder();
    const block = sine(650, blockSamples);
    const source: OpusSource = {
      pull: () => ({ kind: 'packet', payload: encoder.encode(block) }),
      depthMs: 60,
      targetMs: 60,
    };
    speaker.talk('anna', source);
    expect(speaker.status.state).toBe('connecting');
    await vi.waitFor(() => expect(speaker.status.state).toBe('talking'), 15_000);
    const samples = () => new Int16Array(Uint8Array.from(Buffer.concat(heard).subarray(-96_000)).buffer);
    await vi.waitFor(() => expect(strength(samples(), 650)).toBeGreaterThan(4000), {
      timeout: 15_000,
      interval: 200,
    });
    expect(strongest(samples())).toBe(650);
    await speaker.stop();
    recorder.kill('SIGKILL');
    encoder.free();
  });

  test('a server that goes away and comes back is heard again by the same listener', async () => {
    const own = new PulseServer();
    const source = () => pulseMicrophone.open({ source: 'auto' });
    process.env.PULSE_SERVER = own.env.PULSE_SERVER;
    const microphone = new Microphone({ name: 'pulse', open: source, log, lingerMs: 0 });
    try {
      await own.start();
      let heard = 0;
      microphone.listen(() => heard++);
      await vi.waitFor(() => expect(heard).toBeGreaterThan(0), 20_000);
      await own.stop();
      await vi.waitFor(() => expect(microphone.status.state).toBe('away'), 20_000);
      const until = heard;
      await own.start();
      await vi.waitFor(() => expect(heard).toBeGreaterThan(until), 20_000);
      expect(microphone.status.state).toBe('live');
    } finally {
      await microphone.stop();
      process.env.PULSE_SERVER = server.env.PULSE_SERVER;
      await own.dispose();
    }
  });

  test('a source that is not there is away, with a reason', async () => {
    const microphone = new Microphone({
      name: 'pulse',
      open: () => pulseMicrophone.open({ source: 'nobody' }),
      log,
    });
    microphone.listen(() => {});
    await vi.waitFor(() => expect(microphone.status).toMatchObject({ state: 'away' }), 10_000);
    expect(microphone.status).toHaveProperty('reason', expect.stringMatching(/pulse nobody ended: .+/));
    await microphone.stop();
  });

  test('no server answers at a socket that is not there', async () => {
    expect(await pulseAnswers({ PULSE_SERVER: `unix:${joinPath(server.folder, 'nobody')}` })).toBe(false);
  });
});
