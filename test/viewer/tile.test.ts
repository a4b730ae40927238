import { describe, expect, test } from 'vitest';
import type { SensorDescription, SensorState } from '../../src/protocol/reading.ts';
import { noSituation, type Situation } from '../../src/viewer/situation.ts';
import { tileOf } from '../../src/viewer/tile.ts';
import { extendTrace, sparkline, type Trace, trendOf } from '../../src/viewer/trace.ts';

const description: SensorDescription = {
  sensor: 'boiler',
  title: 'Boiler',
  unit: '°C',
  type: 'number',
  decimals: 1,
  range: [0, 100],
  limits: [
    { rule: 'warm', severity: 'warning', side: 'above', value: 70 },
    { rule: 'hot', severity: 'critical', side: 'above', value: 80 },
    { rule: 'cold', severity: 'warning', side: 'below', value: 5 },
  ],
  settable: false,
};
const at = (value: number, time = 1_000): SensorState => ({
  state: 'well',
  sensor: 'boiler',
  reading: { sensor: 'boiler', value, unit: '°C', time },
});
const tile = (state: SensorState, situation: Situation = noSituation, connected = true, now = 1_000) =>
  tileOf({ description, state, trace: [] }, situation, connected, now);
const traceOf = (values: readonly number[], stepMs = 1_000): Trace =>
  values.reduce<Trace>((trace, value, index) => extendTrace(trace, { time: index * stepMs, value }), []);

describe('a tile', () => {
  test.each([
    [40, 'calm', undefined],
    [65.1, 'near', 'warm'],
    [70.5, 'beyond', 'warm'],
    [81, 'beyond', 'hot'],
    [9, 'near', 'cold'],
    [4, 'beyond', 'cold'],
  ])('at %d is %s, and names the limit that says most', (value, level, rule) => {
    const { level: is, limit } = tile(at(value));
    expect([is, limit?.rule]).toEqual([level, rule]);
  });

  test('without a range, a tenth of the limit is near', () => {
    const { range: _, ...unranged } = description;
    const level = (value: number) =>
      tileOf({ description: unranged, state: at(value), trace: [] }, noSituation, true, 0).level;
    expect([level(62), level(64)]).toEqual(['calm', 'near']);
  });

  test('an alarm that is raised on it is beyond, wherever the value stands', () => {
    const alarm = {
      rule: 'rate',
      title: 'Rises fast',
      severity: 'warning',
      state: 'raised',
      since: 0,
      sensor: 'boiler',
      silenced: false,
    } as const;
    expect(tile(at(40), { ...noSituation, alarms: new Map([['rate', alarm]]) }).level).toBe('beyond');
  });

  test('a fault and a lost connection are never shown as a value that holds', () => {
    const fault: SensorState = {
      state: 'fault',
      sensor: 'boiler',
      reason: 'missing',
      detail: '',
      since: 0,
    };
    expect(tile(fault).level).toBe('fault');
    expect(tile(at(40), noSituation, false).level).toBe('stale');
    expect(tile({ state: 'waiting', sensor: 'boiler' }).level).toBe('waiting');
  });

  test('age is told by the device’s clock, whatever the page’s says', () => {
    const behind = { ...noSituation, behindMs: 3_600_000 };
    expect(tile(at(40, 1_000), behind, true, 3_600_000 + 6_000).ageMs).toBe(5_000);
    expect(tile(at(40, 9_000), noSituation, true, 1_000).ageMs).toBe(0);
  });
});

describe('a trend', () => {
  test('is that of the last minute, and noise has none', () => {
    const wave = Array.from({ length: 60 }, (_, index) => 20 + (index % 2));
    expect(trendOf(traceOf(wave), 0.5)).toBe('steady');
    expect(trendOf(traceOf(wave.map((value, index) => value + index / 10)), 0.5)).toBe('rising');
    expect(trendOf(traceOf(wave.map((value, index) => value - index / 10)), 0.5)).toBe('falling');
  });

  test('is not told of a few seconds', () => {
    expect(trendOf(traceOf([1, 2, 3, 4]), 0.1)).toBeUndefined();
    expect(trendOf([], 0.1)).toBeUndefined();
  });
});

describe('a trace', () => {
  test('keeps two minutes, and no more than one sample a second', () => {
    const trace = traceOf(
      Array.from({ length: 3_000 }, (_, index) => index),
      100,
    );
    expect(trace.length).toBeLessThanOrEqual(122);
    expect(trace.at(-1)?.value).toBe(2_999);
    expect((trace.at(-1)?.time ?? 0) - (trace[0]?.time ?? 0)).toBeLessThanOrEqual(120_000);
  });

  test('drops a sample that is older than its newest', () => {
    const trace = traceOf([1, 2]);
    expect(extendTrace(trace, { time: 500, value: 9 })).toBe(trace);
  });

  test('is drawn from its lowest to its highest, the newest at the right', () => {
    expect(sparkline(traceOf([0, 10], 60_000), 100, 20)).toBe('50.0,20.0 100.0,0.0');
    expect(sparkline(traceOf([5, 5], 60_000), 100, 20)).toBe('50.0,10.0 100.0,10.0');
    expect(sparkline([], 100, 20)).toBe('');
  });
});
