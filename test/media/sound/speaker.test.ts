import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { VedetteError } from '../../../src/errors.ts';
import { blockSamples } from '../../../src/media/frame.ts';
import { Microphone } from '../../../src/media/sound/microphone.ts';
import { TestMicrophone } from '../../../src/media/sound/microphones/test.ts';
import { createOpusEncoder } from '../../../src/media/sound/opus.ts';
import type { OpusSource } from '../../../src/media/sound/source.ts';
import { Speaker } from '../../../src/media/sound/speaker.ts';
import { fileSpeaker } from '../../../src/media/sound/speakers/file.ts';
import type { SpeakerDevice, SpeakerEvents } from '../../../src/media/sound/speakers/kind.ts';
import { noneSpeaker } from '../../../src/media/sound/speakers/none.ts';
import type { TalkStatus } from '../../../src/protocol/events.ts';
import { sine, strength, strongest } from './goertzel.ts';

const log = pino({ level: 'silent' });
let folder: string;
const speakers: Speaker[] = [];

beforeEach(() => {
  folder = mkdtempSync(joinPath(tmpdir(), 'vedette-speaker-'));
});

afterEach(async () => {
  await Promise.all(speakers.splice(0).map((speaker) => speaker.stop()));
  rmSync(folder, { recursive: true });
});

function make(open: () => SpeakerDevice, lingerMs = 0) {
  const speaker = new Speaker({ name: 'speaker', open, log, lingerMs });
  const statuses: TalkStatus[] = [];
  speaker.onStatus((status) => statuses.push(status));
  speakers.push(speaker);
  return { speaker, statuses };
}

const noSpeaker = () => noneSpeaker.open({});

/** A talker who whistles. */
async function whistle(frequency: number, packets = Number.POSITIVE_INFINITY): Promise<OpusSource> {
  const encoder = await createOpusEncoder();
  // One turn of 50 Hz's multiples is a whole number of blocks, so the tone goes on without a seam.
  const block = sine(frequency, blockSamples);
  let left = packets;
  return {
    pull: () => (left-- > 0 ? { kind: 'packet', payload: encoder.encode(block) } : { kind: 'empty' }),
    depthMs: 60,
    targetMs: 60,
  };
}

const nobody: OpusSource = { pull: () => ({ kind: 'empty' }), depthMs: 60, targetMs: 60 };

/** A device that does what the test says. */
class Puppet implements SpeakerDevice {
  events: SpeakerEvents | undefined;
  readonly blocks: Int16Array[] = [];
  stopped = false;
  start(events: SpeakerEvents) {
    this.events = events;
  }
  play(samples: Int16Array) {
    this.blocks.push(samples.slice());
  }
  stop() {
    this.stopped = true;
    return Promise.resolve();
  }
  /** All of it has been heard. */
  heard() {
    this.events?.played(this.blocks.length * 20);
  }
}

test('what a talker whistles is in the WAV file that a file speaker writes', async () => {
  const path = joinPath(folder, 'talk.wav');
  const { speaker, statuses } = make(() => fileSpeaker.open({ path }));
  const release = speaker.talk('anna', await whistle(850));
  await vi.waitFor(() => expect(readFileSync(path).length).toBeGreaterThan(96_000), 10_000);
  release?.();
  await speaker.stop();
  const wav = readFileSync(path);
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
  expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
  const samples = new Int16Array(Uint8Array.from(wav.subarray(44)).buffer);
  expect(strongest(samples)).toBe(850);
  expect(strength(samples.subarray(9600, 38_400), 850)).toBeGreaterThan(0.9 * 8000);
  expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'talking', 'idle']);
});

test('a second talk goes on behind the first in the same file', async () => {
  const path = joinPath(folder, 'talk.raw');
  const { speaker } = make(() => fileSpeaker.open({ path }));
  for (const bytes of [4000, 20_000]) {
    const release = speaker.talk('anna', await whistle(500));
    await vi.waitFor(() => expect(readFileSync(path).length).toBeGreaterThan(bytes), 10_000);
    release?.();
    await speaker.stop();
  }
  expect(readFileSync(path).length % 1920).toBe(0);
});

test('one talks at a time: the second is refused, and heard when the first has let go', async () => {
  const { speaker, statuses } = make(noSpeaker);
  const source = await whistle(500);
  const release = speaker.talk('anna', source);
  expect(release).toBeTypeOf('function');
  expect(speaker.talk('bert', source)).toBeUndefined();
  await vi.waitFor(() => expect(speaker.status).toEqual({ state: 'talking', session: 'anna' }), 5000);
  release?.();
  expect(speaker.status).toEqual({ state: 'idle' });
  const second = speaker.talk('bert', source);
  await vi.waitFor(() => expect(speaker.status).toEqual({ state: 'talking', session: 'bert' }), 5000);
  release?.(); // anna's, again: it ends nobody else's talk
  expect(speaker.status).toEqual({ state: 'talking', session: 'bert' });
  second?.();
  expect(statuses.at(-1)).toEqual({ state: 'idle' });
});

test('it is connecting until the first word was really heard', async () => {
  const device = new Puppet();
  const { speaker } = make(() => device);
  speaker.talk('anna', await whistle(500));
  await vi.waitFor(() => expect(device.events).toBeDefined());
  device.events?.ready();
  await vi.waitFor(() => expect(device.blocks.length).toBeGreaterThan(5), 5000);
  expect(speaker.status.state).toBe('connecting');
  device.heard();
  expect(speaker.status.state).toBe('talking');
});

test('a device that plays silence is not talking: nothing was said yet', async () => {
  const device = new Puppet();
  const { speaker } = make(() => device);
  speaker.talk('anna', nobody);
  await vi.waitFor(() => expect(device.events).toBeDefined());
  device.events?.ready();
  await vi.waitFor(() => expect(device.blocks.length).toBeGreaterThan(5), 5000);
  device.heard();
  expect(speaker.status.state).toBe('connecting');
});

test('a talker who vanished gives the speaker back after 3 s of nothing', async () => {
  const { speaker } = make(noSpeaker);
  speaker.talk('anna', await whistle(500, 10));
  await vi.waitFor(() => expect(speaker.status.state).toBe('talking'), 5000);
  await vi.waitFor(() => expect(speaker.status.state).toBe('idle'), 8000);
  expect(speaker.talk('bert', nobody)).toBeTypeOf('function');
});

test('a lost device comes back by itself, and the talk goes on', async () => {
  const devices: Puppet[] = [];
  const { speaker, statuses } = make(() => {
    const device = new Puppet();
    devices.push(device);
    return device;
  });
  speaker.talk('anna', await whistle(500));
  for (const turn of [0, 1]) {
    await vi.waitFor(() => expect(devices[turn]?.events).toBeDefined(), 5000);
    devices[turn]?.events?.ready();
    await vi.waitFor(() => expect(devices[turn]!.blocks.length).toBeGreaterThan(3), 5000);
    devices[turn]?.heard();
    expect(speaker.status.state).toBe('talking');
    if (turn === 0)
      devices[0]?.events?.ended(new VedetteError('sound/device-lost', { device: 'x', detail: 'unplugged' }));
  }
  expect(devices[0]?.stopped).toBe(true);
  expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'talking', 'connecting', 'talking']);
});

test('a device that takes nothing is closed and opened again', async () => {
  const devices: Puppet[] = [];
  const { speaker } = make(() => {
    const device = new Puppet();
    devices.push(device);
    return device;
  });
  speaker.talk('anna', await whistle(500));
  await vi.waitFor(() => expect(devices.length).toBe(2), 10_000);
  expect(devices[0]?.stopped).toBe(true);
  expect(speaker.status.state).toBe('connecting');
});

test('a file that cannot be written is a named error, not an exception', async () => {
  const device = fileSpeaker.open({ path: joinPath(folder, 'nowhere', 'talk.wav') });
  const reason = await new Promise<VedetteError>((ended) => {
    device.start({ ready: () => {}, played: () => {}, ended });
  });
  expect(reason.code).toBe('sound/no-file');
  await device.stop();
});

test('stop closes the device and is repeatable', async () => {
  const device = new Puppet();
  const { speaker } = make(() => device, 10_000);
  const release = speaker.talk('anna', nobody);
  await speaker.stop();
  await speaker.stop();
  release?.();
  expect(device.stopped).toBe(true);
  expect(speaker.status).toEqual({ state: 'idle' });
});

test('wired together, the microphone goes down by 20 dB while somebody is heard, and comes back', async () => {
  const { speaker } = make(noSpeaker);
  const microphone = new Microphone({
    name: 'tone',
    open: () => new TestMicrophone({ frequency: 1000, level: -6 }, systemClock),
    log,
    lingerMs: 0,
  });
  let strengthNow = 0;
  const leave = microphone.listen(({ samples }) => {
    strengthNow = strength(samples, 1000);
  });
  const unwire = speaker.onStatus(({ state }) => microphone.duck(state === 'talking'));
  await vi.waitFor(() => expect(strengthNow).toBeGreaterThan(16_000), 5000);
  const release = speaker.talk('anna', await whistle(500));
  await vi.waitFor(() => expect(strengthNow).toBeLessThan(1700), 5000);
  release?.();
  await vi.waitFor(() => expect(strengthNow).toBeGreaterThan(16_000), 5000);
  unwire();
  leave();
  await microphone.stop();
});
