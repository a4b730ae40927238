import { expect, test } from 'vitest';
import type { Clock, MonotonicMs, WallMs } from '../../src/clock.ts';
import { simulatedSensor } from '../../src/sensors/simulated.ts';
import { simulate, simulatedOptions } from '../../src/sensors/simulation.ts';
import { sensorParts, testSensor } from './contract.ts';

testSensor('simulated', {
  kind: simulatedSensor,
  options: { value: 40, wave: { amplitude: 10, every: '1m' }, noise: 0.5 },
});
testSensor('simulated: a button', { kind: simulatedSensor, options: { type: 'boolean', hold: '500ms' } });

const at = (options: Record<string, unknown>, ms: number, random = 0.5) =>
  simulate(simulatedOptions.parse(options), ms, random);

test.each([
  ['sine', [0, 10, 0, -10]],
  ['triangle', [0, 10, 0, -10]],
  ['square', [10, 10, -10, -10]],
  ['saw', [-10, -5, 0, 5]],
])('a %s goes through its quarters', (shape, quarters) => {
  const wave = { shape, amplitude: 10, every: '4s' };
  for (const turn of [0, 7]) {
    const seen = quarters.map((_, index) => at({ value: 20, wave }, (turn * 4 + index) * 1000) - 20);
    for (const [index, value] of seen.entries()) expect(value).toBeCloseTo(quarters[index]!, 9);
  }
});

test('steps follow one another, again and again', () => {
  const steps = [
    { value: 20, for: '10s' },
    { value: 90, for: '5s' },
  ];
  expect([0, 9_999, 10_000, 14_999, 15_000].map((ms) => at({ steps }, ms))).toEqual([20, 20, 90, 90, 20]);
});

test('noise goes up and down by no more than it may', () => {
  expect(at({ value: 5, noise: 2 }, 0, 0)).toBe(3);
  expect(at({ value: 5, noise: 2 }, 0, 0.999_999)).toBeCloseTo(7, 4);
});

test('what a person sets is said at once, and stays as long as it holds', async () => {
  let nowMs = 0;
  const clock: Clock = { now: () => nowMs as MonotonicMs, wall: () => 0 as WallMs };
  const options = simulatedOptions.parse({ value: 20, hold: '1m' });
  const source = simulatedSensor.open(options, sensorParts({ clock }));
  const told: number[] = [];
  source.start({ value: (value) => told.push(value), away: () => undefined, ended: () => undefined });
  expect(await source.read?.()).toBe(20);
  source.set?.(95);
  expect(told).toEqual([95]);
  nowMs = 59_999;
  expect(await source.read?.()).toBe(95);
  nowMs = 60_000;
  expect(await source.read?.()).toBe(20);
  await source.stop();
  source.set?.(1);
  expect(told).toEqual([95]);
});
