import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numbersOf } from '../../bench/benchmark.ts';
import { cpuMs, rssBytes } from '../../bench/process-usage.ts';
import { figures, quantile } from '../../bench/statistics.ts';

const bench = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../../bench/index.ts'), ...args],
    { encoding: 'utf8', timeout: 20_000 },
  );
  return { status, stdout, stderr };
};

test('without a name the benchmarks are listed with their options', () => {
  const { status, stdout } = bench();
  expect(status).toBe(0);
  for (const name of ['first-frame', 'connect', 'fan-out', 'memory', 'cycles', 'flood', 'start'])
    expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
  expect(stdout).toContain('--viewers: how many, one after the other (1,5,10,20,40,80)');
});

test.each([
  [['nothing-of-ours'], 'there is no benchmark "nothing-of-ours"'],
  [['fan-out', '--cows', '3'], "Unknown option '--cows'"],
  [['start', '--viewers', '3'], "Unknown option '--viewers'"],
  [['fan-out', 'more'], "Unexpected argument 'more'"],
])('%j is refused, and nothing is run', (args, reason) => {
  const { status, stdout, stderr } = bench(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(reason);
});

test('numbers of an option are above 0, or refused', () => {
  expect(numbersOf('1,20,0.5')).toEqual([1, 20, 0.5]);
  for (const text of ['', '0', '-1', '1,,2', 'many', 'NaN']) expect(() => numbersOf(text)).toThrow();
});

test('a quantile is a sample, by nearest rank', () => {
  const samples = Array.from({ length: 20 }, (_, n) => 20 - n);
  expect([quantile(samples, 0.5), quantile(samples, 0.95), quantile([7], 0.5)]).toEqual([10, 19, 7]);
  expect(() => quantile([], 0.5)).toThrow('nothing was measured');
  expect(figures('it', samples, 'ms').map(({ metric }) => metric)).toEqual(['median', 'p95', 'samples']);
});

test('a process’s CPU time and memory are read', () => {
  expect(cpuMs(process.pid)).toBeGreaterThan(0);
  expect(rssBytes(process.pid)).toBeGreaterThan(10e6);
});
