import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { blockSamples, sampleRate } from '../../../src/media/frame.ts';
import { checkSound, loadSound } from '../../../src/media/sound/load-sound.ts';
import { playSound, readySound } from '../../../src/media/sound/play.ts';
import { deviceTalker, playLoaded } from '../../../src/media/sound/play-loaded.ts';
import { Sounds } from '../../../src/media/sound/sounds.ts';
import type { OpusSource } from '../../../src/media/sound/source.ts';
import { Speaker } from '../../../src/media/sound/speaker.ts';
import type { SpeakerDevice, SpeakerEvents } from '../../../src/media/sound/speakers/kind.ts';
import type { TalkStatus } from '../../../src/protocol/events.ts';
import { sine, strongest } from './goertzel.ts';

const log = pino({ level: 'silent' });
const speakers: Speaker[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-sound-'));
});
afterEach(async () => {
  await Promise.all(speakers.splice(0).map((speaker) => speaker.stop()));
  rmSync(folder, { recursive: true });
});

/** A device that hears everything at once, and keeps it; it opens only after so many ms. */
class Ear implements SpeakerDevice {
  readonly heard: Int16Array[] = [];
  readonly #opensAfterMs: number;
  #events: SpeakerEvents | undefined;

  constructor(opensAfterMs = 0) {
    this.#opensAfterMs = opensAfterMs;
  }

  start(events: SpeakerEvents): void {
    this.#events = events;
    if (Number.isFinite(this.#opensAfterMs)) setTimeout(() => events.ready(), this.#opensAfterMs);
  }

  play(samples: Int16Array): void {
    this.heard.push(samples.slice());
    this.#events?.played(this.heard.length * 20);
  }

  async stop(): Promise<void> {}

  get samples(): Int16Array {
    const all = new Int16Array(this.heard.length * blockSamples);
    for (const [i, block] of this.heard.entries()) all.set(block, i * blockSamples);
    return all;
  }
}

function make(ear: Ear) {
  const speaker = new Speaker({ name: 'door', open: () => ear, log, lingerMs: 0 });
  speakers.push(speaker);
  const statuses: TalkStatus[] = [];
  speaker.onStatus((status) => statuses.push(status));
  return { speaker, statuses };
}

/** A WAV file of this many ms of a tone. */
function tone(name: string, hz: number, ms: number): string {
  const samples = sine(hz, (sampleRate * ms) / 1000);
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([head, data]));
  return path;
}

const nobody: OpusSource = { pull: () => ({ kind: 'empty' }), depthMs: 0, targetMs: 0 };

test('a file is heard whole, though the device takes its time to open', async () => {
  const ear = new Ear(150);
  const { speaker, statuses } = make(ear);
  const sound = await loadSound({ file: tone('chime.wav', 1_000, 400) });
  expect(sound).toHaveLength(20);
  await playLoaded(speaker, sound, { name: 'chime.wav' });
  const loud = ear.heard.filter((block) => block.some((sample) => Math.abs(sample) > 1_000));
  expect(loud.length).toBeGreaterThanOrEqual(20);
  const from = ear.heard.indexOf(loud[0] ?? new Int16Array()) * blockSamples;
  expect(strongest(ear.samples.subarray(from + 4_800, from + 14_400))).toBeCloseTo(1_000, -2);
  expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'talking', 'idle']);
  expect(statuses[0]).toMatchObject({ session: deviceTalker });
});

test('words are spoken, whatever signs are in them', async () => {
  await checkSound({ say: 'x' });
  const plain = await loadSound({ say: 'Leave it at the door' });
  const signs = await loadSound({ say: `Don't: [a], b; c\\d, 'e' 5 % {x} "f"` });
  // A second of speech at least, not a complaint about the words.
  for (const sound of [plain, signs]) expect(sound.length).toBeGreaterThan(50);
});

test('a person who talks is waited for, and goes first', async () => {
  const { speaker } = make(new Ear());
  const sound = await loadSound({ file: tone('a.wav', 500, 100) });
  const release = speaker.talk('ada', nobody);
  const played = playLoaded(speaker, sound, { name: 'a.wav' });
  expect(speaker.status).toMatchObject({ session: 'ada' });
  release?.();
  await played;

  speaker.talk('ada', nobody);
  await expect(playLoaded(speaker, sound, { name: 'a.wav', personMs: 20 })).rejects.toMatchObject({
    code: 'action/speaker-busy',
  });
});

test('a person who wants to talk cuts the device short', async () => {
  const { speaker, statuses } = make(new Ear());
  const sound = await loadSound({ file: tone('long.wav', 500, 2_000) });
  const begun = new Promise<void>((resolve) => {
    speaker.onStatus(({ state }) => state === 'talking' && resolve());
  });
  const played = playLoaded(speaker, sound, { name: 'long.wav', times: 100 });
  await begun;
  expect(speaker.talk('ada', nobody)).toBeDefined();
  await played;
  expect(speaker.status).toMatchObject({ session: 'ada' });
  expect(speaker.talk('bob', nobody)).toBeUndefined();
  expect(statuses.at(-1)).toMatchObject({ session: 'ada' });
});

test('a sound that is repeated ends with its signal', async () => {
  const ear = new Ear();
  const { speaker } = make(ear);
  const sound = await loadSound({ file: tone('a.wav', 500, 40) });
  const end = new AbortController();
  const played = playLoaded(speaker, sound, { name: 'a.wav', times: 1_000, signal: end.signal });
  await expect.poll(() => ear.heard.length).toBeGreaterThan(10);
  end.abort();
  await played;
  expect(speaker.status.state).toBe('idle');
});

test('what is no sound, or is not there, says so', async () => {
  const text = join(folder, 'text.wav');
  writeFileSync(text, 'no sound at all');
  for (const file of [text, join(folder, 'missing.wav')]) {
    await expect(loadSound({ file })).rejects.toMatchObject({ code: 'action/bad-sound' });
  }
});

test('a sound is loaded once, and again when its file was changed', async () => {
  const sounds = new Sounds();
  const file = tone('a.wav', 500, 100);
  const first = await sounds.load({ file });
  expect(await sounds.load({ file })).toBe(first);
  tone('a.wav', 500, 200);
  expect(await sounds.load({ file })).toHaveLength(10);
  rmSync(file);
  await expect(sounds.load({ file })).rejects.toMatchObject({ code: 'action/bad-sound' });
});

test('a sound that was made ready begins at once', async () => {
  const { speaker } = make(new Ear());
  const file = tone('ready.wav', 500, 60);
  await readySound({ file });
  await playSound(speaker, { file });
  expect(speaker.status.state).toBe('idle');
});
