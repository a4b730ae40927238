import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type MonotonicMs, systemClock, type WallMs } from '../../src/clock.ts';
import type { EncodedFrame, VideoCodec } from '../../src/media/frame.ts';
import { PreRoll } from '../../src/media/pre-roll.ts';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { EventIds } from '../../src/records/event-id.ts';
import { openRecords, type Records } from '../../src/records/records.ts';
import { RecordsSettings } from '../../src/records/settings.ts';
import { encodedPictures, encodedSilence, GivenStream, inOrder, later, probe } from './encoded.ts';

const log = pino({ level: 'silent' });
const codecs = ['H264', 'VP8'] as const satisfies VideoCodec[];
const settings = RecordsSettings.parse({ reserve: '1kB' });
const ids = new EventIds(systemClock);
/** Hand-turned, as the frames' own times are. */
let nowMs = 0;
const clock = { now: () => nowMs as MonotonicMs, wall: () => Date.now() as WallMs };

let pictures: Record<VideoCodec, EncodedFrame[]>;
let silence: EncodedFrame[];
let folder: string;
let records: Records;

beforeAll(async () => {
  const [H264, VP8] = await Promise.all(codecs.map((codec) => encodedPictures(codec, 6)));
  pictures = { H264: H264!, VP8: VP8! };
  silence = await encodedSilence(6);
});
beforeEach(async () => {
  nowMs = 0;
  folder = await mkdtemp(join(tmpdir(), 'vedette-clips-'));
  records = await openRecords({ folder, settings, clock, log });
});
afterEach(async () => {
  await records.stop();
  await rm(folder, { recursive: true, force: true });
});

const alarm = (): DeviceEvent => ({
  id: ids.next(),
  type: 'alarm',
  time: Date.now(),
  severity: 'warning',
  title: 'Too hot',
  snapshot: false,
});

function feedOf(codec: VideoCodec) {
  const video = new GivenStream(codec);
  const audio = new GivenStream('opus');
  return { name: 'door', video, audio, preRoll: new PreRoll({ video, audio, ms: 3_000 }) };
}

function give({ video, audio }: ReturnType<typeof feedOf>, frames: readonly EncodedFrame[]): void {
  for (const frame of frames) {
    nowMs = frame.captureMs;
    (frame.codec === 'opus' ? audio : video).give(frame);
  }
}

test.each(codecs)(
  'a clip of %s begins before its event, and has every frame until it ends',
  async (codec) => {
    const feed = feedOf(codec);
    feed.preRoll.start();
    const frames = inOrder(pictures[codec], silence);
    give(
      feed,
      frames.filter(({ captureMs }) => captureMs < 4_000),
    );
    const event = alarm();
    await records.addEvent(event);
    const clip = records.clips.record({ feed, event: event.id, beforeMs: 2_500 });
    give(
      feed,
      frames.filter(({ captureMs }) => captureMs >= 4_000),
    );
    clip.stop();
    const name = await clip.clip;
    expect(name).toBe(`${event.id}.door.${codec === 'H264' ? 'mp4' : 'webm'}`);
    expect((await records.event(event.id))?.clip).toBe(name);
    const found = await probe(records.clipPath(name!)!);
    // From the keyframe at 1 s on, the last before 3.98 s less 2.5 s; to 6 s.
    expect(found.video).toMatchObject({
      codec_name: codec.toLowerCase(),
      width: 160,
      height: 120,
      frames: 50,
    });
    expect(found.video?.start).toBe(0);
    expect(found.sound).toMatchObject({ codec_name: 'opus', frames: 250 });
    expect(found.seconds).toBeCloseTo(5, 1);
    expect(found.complaints).toBe('');
    feed.preRoll.stop();
    expect(feed.video.listeners + feed.audio.listeners).toBe(0);
  },
);

test('a clip without pre-roll asks for a keyframe and begins with it', async () => {
  const { preRoll: _, ...feed } = feedOf('H264');
  const event = alarm();
  await records.addEvent(event);
  const clip = records.clips.record({ feed, event: event.id });
  expect(feed.video.keyframesAsked).toBe(1);
  feed.video.give(...pictures.H264.slice(5, 30));
  feed.audio.give(...silence.slice(25, 150));
  clip.stop();
  const found = await probe(records.clipPath((await clip.clip)!)!);
  expect(found.video?.frames).toBe(20);
});

test('a microphone that never gives anything holds no picture back', async () => {
  const feed = feedOf('H264');
  const clip = records.clips.record({ feed, event: 'quiet' });
  feed.video.give(...pictures.H264);
  clip.stop();
  const found = await probe(records.clipPath((await clip.clip)!)!);
  expect([found.video?.frames, found.sound]).toEqual([60, undefined]);
});

test('a microphone that falls silent in the middle holds no picture back', async () => {
  const feed = feedOf('VP8');
  const clip = records.clips.record({ feed, event: 'quiet' });
  give(feed, inOrder(pictures.VP8, silence.slice(0, 50)));
  clip.stop();
  const found = await probe(records.clipPath((await clip.clip)!)!);
  expect([found.video?.frames, found.sound?.frames]).toEqual([60, 50]);
});

test('a clip of a camera that gives nothing is none, and leaves nothing', async () => {
  const feed = feedOf('H264');
  const clip = records.clips.record({ feed, event: 'dark' });
  clip.stop();
  expect(await clip.clip).toBeUndefined();
  expect(await readdir(join(folder, 'clips'))).toEqual([]);
  expect(records.status().trouble).toBeUndefined();
});

test('a clip ends after its time, and later where it is extended', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const feed = feedOf('H264');
    const clip = records.clips.record({ feed, event: 'timed', afterMs: 1_000 });
    let ended = false;
    void clip.clip.then(() => {
      ended = true;
    });
    clip.extend(5_000);
    vi.advanceTimersByTime(4_900);
    expect(feed.video.listeners).toBe(1);
    vi.advanceTimersByTime(200);
    await vi.waitFor(() => expect(ended).toBe(true));
    expect(feed.video.listeners).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a second clip of the same event and feed extends the one that goes on', async () => {
  const feed = feedOf('H264');
  const event = alarm();
  await records.addEvent(event);
  const first = records.clips.record({ feed, event: event.id });
  give(feed, pictures.H264.slice(0, 30));
  const second = records.clips.record({ feed, event: event.id });
  expect(second).toBe(first);
  const other = records.clips.record({ feed: { ...feed, name: 'yard' }, event: event.id });
  expect(other).not.toBe(first);
  give(feed, pictures.H264.slice(30));
  first.stop();
  other.stop();
  expect(await other.clip).toBe(`${event.id}.yard.mp4`);
  const name = (await second.clip)!;
  expect((await probe(records.clipPath(name)!)).video?.frames).toBe(60);
  expect((await readdir(join(folder, 'clips'))).sort()).toEqual([name, `${event.id}.yard.mp4`]);
});

test('a clip of an event that has one already has a name of its own, and the event names the first', async () => {
  const feed = feedOf('H264');
  const event = alarm();
  await records.addEvent(event);
  const clips: Promise<string | undefined>[] = [];
  for (let count = 0; count < 3; count += 1) {
    const clip = records.clips.record({ feed, event: event.id });
    feed.video.give(...pictures.H264.slice(0, 20));
    clip.stop();
    clips.push(clip.clip);
    await Promise.resolve();
  }
  // Each was begun while the one before it was being finished.
  expect(await Promise.all(clips)).toEqual(['', '2.', '3.'].map((number) => `${event.id}.door.${number}mp4`));
  const late = records.clips.record({ feed, event: event.id });
  feed.video.give(...pictures.H264.slice(0, 10));
  late.stop();
  expect(await late.clip).toBe(`${event.id}.door.4.mp4`);
  const names = (await readdir(join(folder, 'clips'))).sort();
  expect(names).toHaveLength(4);
  const found = await Promise.all(names.map((name) => probe(join(folder, 'clips', name))));
  expect(found.map(({ video }) => video?.frames)).toEqual([20, 20, 10, 20]);
  expect((await records.event(event.id))?.clip).toMatch(new RegExp(`^${event.id}\\.door\\.`));
  const listed = records.recordings({ feed: 'door', from: 0, to: Date.now() + 1_000 });
  expect(listed.map(({ clip, id }) => [clip, id])).toEqual(names.map((name) => [name, event.id]));
});

test('what somebody else is writing is not removed by a writer that finds its name taken', async () => {
  const path = join(folder, 'clips', 'taken.door.mp4.part');
  await writeFile(path, 'of another');
  const feed = feedOf('H264');
  const clip = records.clips.record({ feed, event: 'taken' });
  feed.video.give(...pictures.H264);
  clip.stop();
  expect(await clip.clip).toBeUndefined();
  expect(await readFile(path, 'utf8')).toBe('of another');
});

test('a clip ends where the picture changes its size', async () => {
  const small = await encodedPictures('H264', 1, '80x60');
  const feed = feedOf('H264');
  const clip = records.clips.record({ feed, event: 'resized' });
  feed.video.give(...pictures.H264.slice(0, 20), ...small.map((frame) => later(frame, 2_000)));
  const found = await probe(records.clipPath((await clip.clip)!)!);
  expect(found.video).toMatchObject({ width: 160, frames: 20 });
});

test.each(codecs)('what a crash left of a clip of %s is mended at start and listed whole', async (codec) => {
  const feed = feedOf(codec);
  const event = alarm();
  await records.addEvent(event);
  const clip = records.clips.record({ feed, event: event.id });
  give(feed, inOrder(pictures[codec], silence));
  clip.stop();
  const name = (await clip.clip)!;
  const whole = await readFile(records.clipPath(name)!);
  await records.changeEvent(event.id, { clip: null });
  await records.stop();
  // As a power cut leaves it: under its other name, the end missing.
  await rm(join(folder, 'clips', name));
  await writeFile(join(folder, 'clips', `${name}.part`), whole.subarray(0, Math.floor(whole.length * 0.7)));
  await writeFile(join(folder, 'clips', `${ids.next()}.door.mp4.part`), 'nothing of a film');
  await writeFile(join(folder, 'clips', `${ids.next()}.door.webm.part`), '');

  records = await openRecords({ folder, settings, clock, log });
  await vi.waitFor(async () => expect((await records.event(event.id))?.clip).toBe(name), 10_000);
  expect(await readdir(join(folder, 'clips'))).toEqual([name]);
  const found = await probe(records.clipPath(name)!);
  expect(found.video?.frames).toBeGreaterThanOrEqual(30);
  expect(found.complaints).toBe('');
});

test('continuous recording follows segment on segment, and no frame is lost between', async () => {
  const { preRoll: _, ...feed } = feedOf('H264');
  const release = records.clips.continuous(feed);
  const minutes = 12;
  for (let minute = 0; minute < minutes; minute += 1)
    for (const frame of pictures.H264) feed.video.give(later(frame, minute * 60_000));
  release();
  await records.stop();
  const files = (await readdir(join(folder, 'clips'))).sort();
  expect(files).toHaveLength(3);
  const found = await Promise.all(files.map((name) => probe(join(folder, 'clips', name))));
  expect(found.reduce((sum, { video }) => sum + (video?.frames ?? 0), 0)).toBe(
    minutes * pictures.H264.length,
  );
  records = await openRecords({ folder, settings, clock, log });
  const listed = records.recordings({ feed: 'door', from: 0, to: Date.now() + 1_000 });
  expect(listed.map(({ clip }) => clip)).toEqual(files);
});

test('a disk that takes no clip is a trouble that is told, and is over with the next clip', async () => {
  const feed = feedOf('H264');
  const troubles: (string | undefined)[] = [];
  records.onTrouble((trouble) => troubles.push(trouble));
  await rm(join(folder, 'clips'), { recursive: true });
  const first = records.clips.record({ feed, event: 'lost' });
  feed.video.give(...pictures.H264);
  expect(await first.clip).toBeUndefined();
  expect(troubles).toEqual([expect.stringMatching(/clips cannot be kept/)]);
  await mkdir(join(folder, 'clips'));
  const second = records.clips.record({ feed, event: 'kept' });
  feed.video.give(...pictures.H264);
  second.stop();
  expect(await second.clip).toBeDefined();
  expect(troubles).toHaveLength(2);
  expect(troubles[1]).toBeUndefined();
});
