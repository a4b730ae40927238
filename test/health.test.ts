import { expect, test } from 'vitest';
import type { MonotonicMs, WallMs } from '../src/clock.ts';
import { ailments, cameraVitals, healthLimits, type Vitals } from '../src/health.ts';

const well: Vitals = { loopLateMs: 3, cameras: [], storeSilentMs: 0 };
const door = { feed: 'door', live: true, frameAgeMs: 40 };

test('a device that does its work is well, also at each limit', () => {
  expect(ailments(well)).toEqual([]);
  expect(
    ailments({
      loopLateMs: healthLimits.loopLateMs,
      cameras: [{ ...door, frameAgeMs: healthLimits.frameAgeMs }],
      storeSilentMs: healthLimits.storeSilentMs,
    }),
  ).toEqual([]);
});

test('a late event loop, a picture that stands, and a store that does not answer are told, all of them', () => {
  expect(
    ailments({
      loopLateMs: 7_200,
      cameras: [door, { ...door, feed: 'yard', frameAgeMs: 45_000 }],
      storeSilentMs: 61_000,
    }),
  ).toEqual([
    'the event loop was 7 s late',
    'yard has given no picture for 45 s, though its camera is live',
    'the records have not answered for 61 s',
  ]);
});

test('what a restart would not help is no ailment: a camera that is away, or that nobody watches', () => {
  const cameras = [
    { feed: 'away', live: false, frameAgeMs: 3_600_000 },
    { feed: 'unwatched', live: true, frameAgeMs: undefined },
  ];
  expect(ailments({ ...well, cameras })).toEqual([]);
});

test('a frame’s age is of the stream that waits longest, and of no more than its camera is live', () => {
  const time = { now: 100_000 as MonotonicMs, wall: 1_000_000 as WallMs };
  const waiting = (feed: string, waitingSinceMs: number | undefined) => ({
    feed,
    counts: { waitingSinceMs: waitingSinceMs as MonotonicMs | undefined },
  });
  const streams = [
    waiting('door', 99_960),
    waiting('door', 58_000),
    waiting('yard', undefined),
    waiting('returned', 10_000),
  ];
  const live = (name: string, since: number) => ({ name, camera: { state: 'live' as const, since } });
  expect(
    cameraVitals(
      [
        live('door', 0),
        live('yard', 0),
        live('returned', 999_000),
        { name: 'off', camera: { state: 'off' } },
      ],
      streams,
      time,
    ),
  ).toEqual([
    { feed: 'door', live: true, frameAgeMs: 42_000 },
    { feed: 'yard', live: true, frameAgeMs: undefined },
    { feed: 'returned', live: true, frameAgeMs: 1_000 },
    { feed: 'off', live: false, frameAgeMs: undefined },
  ]);
});
