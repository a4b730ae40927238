import fc from 'fast-check';
import { expect, test } from 'vitest';
import { historyBytes, historyMs, PacketHistory } from '../../src/rtp/history.ts';
import type { PacketizedFrame } from '../../src/rtp/packetizer.ts';
import { FrameSource } from './frames.ts';

test('every payload of the last two seconds is found, and none that is older or never was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ afterMs: fc.nat(300), payloads: fc.nat(4) }), { minLength: 1, maxLength: 60 }),
      fc.nat(100_000),
      (steps, firstIndex) => {
        const source = new FrameSource(firstIndex);
        const history = new PacketHistory();
        const frames: PacketizedFrame[] = [];
        let now = 0;
        for (const { afterMs, payloads } of steps) {
          now += afterMs;
          const frame = source.frame(now, payloads);
          frames.push(frame);
          history.push(frame);
        }
        for (const frame of frames) {
          const kept = now - frame.captureMs <= historyMs;
          frame.payloads.forEach((payload, offset) => {
            const found = history.find(frame.firstIndex + offset);
            expect(found?.frame.payloads[found.offset]).toBe(kept ? payload : undefined);
          });
        }
        const end = frames.at(-1)!.firstIndex + frames.at(-1)!.payloads.length;
        for (const index of [end, end + 1, firstIndex - 1, -1, Number.POSITIVE_INFINITY])
          expect(history.find(index)).toBeUndefined();
      },
    ),
  );
});

test('a stream of large frames is held to its bytes', () => {
  const source = new FrameSource();
  const history = new PacketHistory();
  const frames = Array.from({ length: 40 }, (_, at) => source.frame(at, 1, at === 0, 100_000));
  for (const frame of frames) history.push(frame);
  const kept = frames.filter(({ firstIndex }) => history.find(firstIndex));
  expect(kept).toEqual(frames.slice(-historyBytes / 100_000));
  expect(history.sinceKeyframe()).toEqual([]);
});

test('the newest frame is kept whole even where it alone is larger than the history', () => {
  const history = new PacketHistory();
  const frame = new FrameSource().frame(0, 1, true, historyBytes + 1);
  history.push(frame);
  expect(history.sinceKeyframe()).toEqual([frame]);
  expect(history.find(0)?.frame).toBe(frame);
});

test('a joining viewer gets everything from the newest keyframe on', () => {
  const source = new FrameSource();
  const history = new PacketHistory();
  expect(history.sinceKeyframe()).toEqual([]);
  const frames = [true, false, true, false, false].map((keyframe, at) => source.frame(at * 33, 2, keyframe));
  for (const frame of frames) history.push(frame);
  expect(history.sinceKeyframe()).toEqual(frames.slice(2));
});

test('once the keyframe is too old there is nothing to begin with, until the next one', () => {
  const source = new FrameSource();
  const history = new PacketHistory();
  for (let at = 0; at <= historyMs + 40; at += 20) history.push(source.frame(at, 1, at === 0));
  expect(history.sinceKeyframe()).toEqual([]);
  const keyframe = source.frame(historyMs + 60, 1, true);
  history.push(keyframe);
  expect(history.sinceKeyframe()).toEqual([keyframe]);
  // Long after, when the frames before it were forgotten too.
  const later = Array.from({ length: 90 }, (_, at) => source.frame(historyMs + 80 + at * 20));
  for (const frame of later) history.push(frame);
  expect(history.sinceKeyframe()).toEqual([keyframe, ...later]);
});

test('a cleared history holds nothing and goes on with later indexes', () => {
  const source = new FrameSource();
  const history = new PacketHistory();
  history.push(source.frame(0, 3, true));
  history.clear();
  expect(history.find(0)).toBeUndefined();
  expect(history.sinceKeyframe()).toEqual([]);
  const next = source.frame(10_000, 1, true);
  history.push(next);
  expect(history.find(3)?.frame).toBe(next);
  expect(history.sinceKeyframe()).toEqual([next]);
});
