import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import type { EncodedFrame } from '../../src/media/frame.ts';
import { PreRoll } from '../../src/media/pre-roll.ts';
import { GivenStream } from '../records/encoded.ts';

const ms = (value: number) => value as MonotonicMs;
const picture = (captureMs: number, keyframe = false, bytes = 10): EncodedFrame => ({
  codec: 'H264',
  data: new Uint8Array(bytes),
  keyframe,
  captureMs: ms(captureMs),
});
const block = (captureMs: number): EncodedFrame => ({ ...picture(captureMs, true, 5), codec: 'opus' });

function started(options: { ms?: number; maxBytes?: number } = {}) {
  const video = new GivenStream('H264');
  const audio = new GivenStream('opus');
  const preRoll = new PreRoll({ video, audio, ...options });
  preRoll.start();
  return { video, audio, preRoll };
}

test('it begins at the keyframe at or before the time asked for, and has all since', () => {
  const { video, preRoll } = started();
  for (let at = 0; at < 6_000; at += 100) video.give(picture(at, at % 1_000 === 0));
  expect(preRoll.frames(ms(3_500)).map(({ captureMs }) => captureMs)).toEqual(
    Array.from({ length: 30 }, (_, index) => 3_000 + index * 100),
  );
  expect(preRoll.frames(ms(-50))[0]?.captureMs).toBe(0);
  expect(preRoll.frames(ms(6_500))[0]?.captureMs).toBe(5_000);
});

test('what a camera gave before it was away is left out', () => {
  const hour = 3_600_000;
  const { video, audio, preRoll } = started();
  for (let at = 0; at < 2_000; at += 100) {
    video.give(picture(at, at % 1_000 === 0));
    audio.give(block(at));
  }
  expect(preRoll.frames(ms(hour))).toEqual([]);
  expect(preRoll.sound(ms(hour))).toEqual([]);
  video.give(picture(hour + 100, true), picture(hour + 200));
  expect(preRoll.frames(ms(hour)).map(({ captureMs }) => captureMs)).toEqual([hour + 100, hour + 200]);
});

test('sound reaches back as far as the picture does', () => {
  const { video, audio, preRoll } = started({ ms: 2_000 });
  for (let at = 0; at < 8_000; at += 20) {
    if (at % 100 === 0) video.give(picture(at, at % 3_000 === 0));
    audio.give(block(at));
  }
  const [first] = preRoll.frames(ms(5_980));
  expect(first?.captureMs).toBe(3_000);
  expect(preRoll.sound(first!.captureMs)[0]?.captureMs).toBe(3_000);
  expect(preRoll.sound(ms(7_000))).toHaveLength(50);
});

test('a stream without keyframes is asked for one now and then, and one that gives them when it likes is not', () => {
  const { video } = started();
  for (let at = 0; at < 20_000; at += 100) video.give(picture(at, at === 0));
  expect(video.keyframesAsked).toBe(4);
  const own = started();
  own.video.keyframesOnDemand = false;
  for (let at = 0; at < 20_000; at += 100) own.video.give(picture(at, at === 0));
  expect(own.video.keyframesAsked).toBe(0);
});

test('whatever comes, it stays within its bytes, begins with a keyframe, and counts right', () => {
  const frames = fc.array(
    fc.record({ gap: fc.nat(500), key: fc.boolean(), bytes: fc.nat(400), sound: fc.boolean() }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(frames, (given) => {
      const { video, audio, preRoll } = started({ ms: 2_000, maxBytes: 2_000 });
      let at = 0;
      for (const { gap, key, bytes, sound } of given) {
        at += gap;
        if (sound) audio.give(block(at));
        else video.give(picture(at, key, bytes));
        expect(preRoll.bytes).toBeLessThanOrEqual(2_000);
        const pictures = preRoll.frames(ms(0));
        if (pictures.length > 0) expect(pictures[0]?.keyframe).toBe(true);
        const all = [...pictures, ...preRoll.sound(ms(0))];
        expect(all.reduce((sum, { data }) => sum + data.length, 0)).toBe(preRoll.bytes);
      }
      preRoll.stop();
      expect([preRoll.bytes, video.listeners, audio.listeners]).toEqual([0, 0, 0]);
    }),
  );
});
