import { expect, test } from 'vitest';
import { DeviceClock } from '../../../src/media/sound/device-clock.ts';

/** A device `ppm` slower than we are, that reports in steps of 42 ms; what is on its way, in its second half hour. */
function run(ppm: number, queuedMs: number): { least: number; most: number } {
  const clock = new DeviceClock();
  let now = 0;
  let given = queuedMs;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  while (now < 3_600_000) {
    given += 20;
    const played = Math.floor((now * (1 - ppm / 1e6)) / 42) * 42;
    now += 20 * (1 + clock.follow(given - played));
    if (now < 1_800_000) continue;
    least = Math.min(least, given - played);
    most = Math.max(most, given - played);
  }
  return { least, most };
}

test.each([200, -200, 20, 0])('a device %i ppm off neither runs dry nor falls behind in an hour', (ppm) => {
  const { least, most } = run(ppm, 80);
  expect(least).toBeGreaterThan(60);
  expect(most).toBeLessThan(180);
});

test('what a device reports changes a step by 0.1 % at most', () => {
  const clock = new DeviceClock();
  for (let i = 0; i < 1000; i++) clock.follow(0);
  for (let i = 0; i < 10_000; i++) expect(Math.abs(clock.follow(5000))).toBeLessThanOrEqual(0.001);
});
