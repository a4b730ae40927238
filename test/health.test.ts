import { expect, test } from 'vitest';
import { ailments, healthLimits, type Vitals } from '../src/health.ts';

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
