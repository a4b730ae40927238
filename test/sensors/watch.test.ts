import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import type { DurationMs } from '../../src/protocol/duration.ts';
import {
  calmMs,
  failingBackoffMs,
  leastSilenceMs,
  missingBackoffMs,
  openingMs,
  Watch,
  type WatchEffect,
  type WatchedProfile,
  type WatchInput,
} from '../../src/sensors/watch.ts';

const ms = (value: number) => value as DurationMs;
const thermostat: WatchedProfile = {
  type: 'number',
  unit: '°C',
  period: ms(1_000),
  range: [-20, 150],
  maxRate: 100,
};

/** A watch with a hand-turned clock. Time goes by in the steps the watch asks for, as its timer would. */
class Bench {
  readonly watch: Watch;
  readonly effects: (WatchEffect & { readonly atMs: number })[] = [];
  nowMs = 1_000_000;
  random = 0.5;

  constructor(profile: Partial<WatchedProfile> = {}) {
    this.watch = new Watch({ ...thermostat, ...profile });
  }

  give(input: WatchInput): readonly WatchEffect[] {
    const effects = this.watch.step(input, this.nowMs as MonotonicMs, this.random);
    this.effects.push(...effects.map((effect) => ({ ...effect, atMs: this.nowMs })));
    return effects;
  }

  /** Opens it, as one that speaks by itself or is polled. */
  opened(polled = false): this {
    expect(this.give({ type: 'tick' })).toContainEqual({ do: 'open' });
    this.give({ type: 'opened', polled });
    return this;
  }

  value(value: number, at?: number): readonly WatchEffect[] {
    return this.give({ type: 'value', value, ...(at !== undefined && { at: at as MonotonicMs }) });
  }

  wait(forMs: number): readonly WatchEffect[] {
    const endMs = this.nowMs + forMs;
    const effects: WatchEffect[] = [];
    while (this.watch.dueMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.watch.dueMs);
      effects.push(...this.give({ type: 'tick' }));
    }
    this.nowMs = endMs;
    return effects;
  }

  /** A value each period, for so long. */
  well(forMs: number, value: (index: number) => number = (index) => 20 + (index % 7)): void {
    for (let index = 0; index * 1_000 < forMs; index += 1) {
      this.value(value(index));
      this.wait(1_000);
    }
  }

  get readings(): number[] {
    return this.effects.flatMap((effect) => (effect.do === 'reading' ? [effect.value] : []));
  }

  get faults(): string[] {
    return this.effects.flatMap((effect) => (effect.do === 'fault' ? [effect.reason] : []));
  }
}

describe('what can be true', () => {
  test('a value is calibrated before it is judged', () => {
    const bench = new Bench({ calibration: { scale: 0.1, offset: -40 }, range: [0, 100] }).opened();
    bench.value(650);
    expect(bench.readings).toEqual([25]);
    bench.value(100);
    expect(bench.faults).toEqual(['out-of-range']);
  });

  test.each([151, -20.01, Number.NaN, Number.POSITIVE_INFINITY])(
    '%d is a fault, never a reading',
    (value) => {
      const bench = new Bench().opened();
      bench.value(value);
      expect(bench.readings).toEqual([]);
      expect(bench.faults).toEqual(['out-of-range']);
      expect(bench.watch.counts.rejected).toBe(1);
    },
  );

  test('the limits of a range can be true', () => {
    const bench = new Bench().opened();
    bench.value(-20);
    bench.value(150);
    expect(bench.readings).toEqual([-20, 150]);
  });

  test('a fault is said in words, with the value and the range', () => {
    const [fault] = new Bench().opened().value(500.123456789);
    expect(fault).toEqual({
      do: 'fault',
      reason: 'out-of-range',
      detail: '500.123 °C is not within -20 to 150 °C',
    });
  });

  test('what is on or off is nothing else', () => {
    const bench = new Bench({ type: 'boolean', period: undefined as never }).opened();
    bench.value(1);
    bench.value(0);
    bench.value(0.5);
    expect(bench.readings).toEqual([1, 0]);
    expect(bench.faults).toEqual(['out-of-range']);
  });

  test('sense is believed again when it has gone on for two seconds', () => {
    const bench = new Bench({ period: ms(200) }).opened();
    bench.value(999);
    for (let index = 0; index * 200 < calmMs; index += 1) {
      bench.value(20);
      bench.wait(index * 200 < calmMs - 200 ? 200 : 199);
    }
    expect(bench.readings).toEqual([]);
    bench.nowMs += 1;
    bench.value(21);
    expect(bench.readings).toEqual([21]);
    expect(bench.watch.counts).toMatchObject({ readings: 1, rejected: 11 });
  });

  test('the first sense after nonsense is believed two seconds after it, though nothing more is said', () => {
    const bench = new Bench({ period: undefined as never }).opened();
    bench.value(Number.NaN);
    bench.wait(500);
    bench.value(20);
    const saidMs = bench.nowMs;
    expect(bench.wait(calmMs - 501)).toEqual([]);
    expect(bench.wait(1)).toEqual([{ do: 'reading', value: 20, at: saidMs }]);
    expect(bench.wait(60_000)).toEqual([]);
    expect(bench.watch.counts).toMatchObject({ readings: 1, rejected: 1 });
  });

  test('sense that nonsense follows is not believed later', () => {
    const bench = new Bench({ period: undefined as never }).opened();
    for (const value of [Number.NaN, 20, Number.NaN]) bench.value(value);
    expect(bench.wait(60_000)).toEqual([]);
  });

  test('one that alternates between sense and nonsense is one fault, not many', () => {
    const bench = new Bench({ period: ms(200) }).opened();
    for (let index = 0; index < 500; index += 1) {
      bench.value(index % 2 === 0 ? Number.NaN : 20);
      bench.wait(100);
    }
    expect(bench.faults).toEqual(['out-of-range']);
    expect(bench.readings).toEqual([]);
  });
});

describe('a device that says it is away', () => {
  test('is one fault, its sensor stays open however long, and its next value ends it', () => {
    const bench = new Bench().opened();
    bench.value(20);
    expect(bench.give({ type: 'away', detail: 'it is offline' })).toEqual([
      { do: 'fault', reason: 'unavailable', detail: 'it is offline' },
    ]);
    expect(bench.give({ type: 'away', detail: 'it is offline' })).toEqual([]);
    expect(bench.wait(86_400_000)).toEqual([]);
    expect(bench.value(21)).toMatchObject([{ do: 'reading', value: 21 }]);
    expect(bench.wait(3_500)).toContainEqual({ do: 'close' });
  });

  test('says nothing more that waited or was doubted', () => {
    const bench = new Bench({ maxRate: 1, period: undefined as never }).opened();
    for (const value of [20, 21, 22]) bench.value(value);
    bench.give({ type: 'away', detail: 'it is offline' });
    expect(bench.wait(60_000)).toEqual([]);
  });
});

describe('silence', () => {
  test('nothing for three periods is a fault, and the sensor is opened anew', () => {
    const bench = new Bench().opened();
    bench.value(20);
    expect(bench.wait(3_499)).toEqual([]);
    expect(bench.wait(1)).toEqual([
      { do: 'fault', reason: 'missing', detail: 'nothing for 3.5 s' },
      { do: 'close' },
    ]);
    bench.give({ type: 'closed' });
    bench.wait(failingBackoffMs);
    expect(bench.effects.filter((effect) => effect.do === 'open')).toHaveLength(2);
  });

  test('shorter than two seconds it is no fault, however short the period', () => {
    const bench = new Bench({ period: ms(20) }).opened();
    bench.value(20);
    expect(bench.wait(leastSilenceMs - 1)).toEqual([]);
    expect(bench.wait(1)).toContainEqual({ do: 'close' });
  });

  test('the first value may take five seconds, however short the period', () => {
    const bench = new Bench({ period: ms(20) }).opened();
    expect(bench.wait(openingMs - 1)).toEqual([]);
    expect(bench.wait(1)).toContainEqual({ do: 'close' });
  });

  test('of a sensor that speaks when it likes it is no fault', () => {
    const bench = new Bench({ period: undefined as never }).opened();
    bench.value(20);
    expect(bench.wait(86_400_000)).toEqual([]);
    expect(bench.watch.dueMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('it is told once, however often the sensor is opened in vain', () => {
    const bench = new Bench().opened();
    for (let run = 0; run < 5; run += 1) {
      bench.wait(60_000);
      bench.give({ type: 'closed' });
      if (bench.effects.at(-1)?.do !== 'open') bench.wait(bench.watch.dueMs - bench.nowMs);
      bench.give({ type: 'opened', polled: false });
    }
    expect(bench.faults).toEqual(['missing']);
    bench.value(20);
    expect(bench.readings).toEqual([20]);
  });

  test('while this process was held up, nobody was silent', () => {
    const bench = new Bench().opened();
    bench.value(20);
    bench.nowMs += 10_000;
    bench.give({ type: 'tick' });
    expect(bench.faults).toEqual([]);
    expect(bench.wait(3_500)).toContainEqual({ do: 'close' });
  });
});

describe('the same value', () => {
  test('for longer than it can be true is a fault; another one ends it', () => {
    const bench = new Bench({ stuckAfter: ms(10_000) }).opened();
    bench.well(10_000, () => 20);
    expect(bench.faults).toEqual(['stuck']);
    const { length } = bench.readings;
    bench.well(5_000, () => 20);
    expect(bench.readings).toHaveLength(length);
    bench.value(20.1);
    expect(bench.readings.at(-1)).toBe(20.1);
    expect(bench.faults).toEqual(['stuck']);
  });

  test('is no fault where the profile does not say so', () => {
    const bench = new Bench().opened();
    bench.well(100_000, () => 20);
    expect(bench.faults).toEqual([]);
  });
});

describe('a polled sensor', () => {
  test('is asked once a period, on a grid, never twice at the same time', () => {
    const bench = new Bench().opened(true);
    for (let turn = 0; turn < 5; turn += 1) {
      bench.wait(400);
      bench.value(20);
      bench.give({ type: 'read' });
      bench.wait(600);
    }
    const times = bench.effects.flatMap((effect) => (effect.do === 'read' ? [effect.atMs - 1_000_000] : []));
    expect(times).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  test('that answers slower than its period is not asked again before, and nothing is made up for', () => {
    const bench = new Bench().opened(true);
    bench.wait(2_500);
    bench.value(20);
    bench.give({ type: 'read' });
    expect(bench.effects.filter((effect) => effect.do === 'read')).toHaveLength(2);
    bench.value(20);
    bench.give({ type: 'read' });
    expect(bench.wait(999)).toEqual([]);
    expect(bench.wait(1)).toEqual([{ do: 'read' }]);
  });

  test('may fail twice; the third failure in a row is a fault with its reason', () => {
    const bench = new Bench({ period: ms(10_000) }).opened(true);
    bench.value(20);
    bench.give({ type: 'read' });
    for (let turn = 0; turn < 2; turn += 1) {
      bench.wait(10_000);
      bench.give({ type: 'read', failed: 'a wrong checksum' });
    }
    expect(bench.faults).toEqual([]);
    bench.wait(9_999);
    bench.value(21);
    expect(bench.faults).toEqual([]);
    for (let turn = 0; turn < 3; turn += 1) {
      bench.wait(10_000);
      bench.give({ type: 'read', failed: 'a wrong checksum' });
    }
    expect(bench.effects.filter((effect) => effect.do === 'fault')).toMatchObject([
      { reason: 'unavailable', detail: 'a wrong checksum' },
    ]);
  });

  test('that never worked is tried again soon, so that a wrong profile is told soon', () => {
    const bench = new Bench({ period: ms(60_000) }).opened(true);
    for (let turn = 0; turn < 3; turn += 1) {
      bench.give({ type: 'read', failed: 'no such register' });
      bench.wait(1_000);
    }
    expect(bench.faults).toEqual(['unavailable']);
  });
});

describe('a sensor that is pulled out', () => {
  test('is looked for at least once a second for ever, and is well with its first value', () => {
    const bench = new Bench().opened();
    bench.value(20);
    bench.random = 0.999;
    for (let run = 0; run < 100; run += 1) {
      bench.give({ type: 'ended', missing: true, detail: 'it was unplugged' });
      bench.give({ type: 'closed' });
      expect(bench.wait(missingBackoffMs)).toEqual([{ do: 'open' }]);
    }
    expect(bench.faults).toEqual(['unavailable']);
    bench.value(21);
    expect(bench.readings).toEqual([20, 21]);
  });

  test('is not opened again before the run that failed is gone', () => {
    const bench = new Bench().opened();
    bench.give({ type: 'ended', missing: true, detail: 'it was unplugged' });
    expect(bench.wait(60_000)).toEqual([]);
    bench.give({ type: 'closed' });
    expect(bench.effects.at(-1)?.do).toBe('open');
  });

  test('says nothing any more when it is closed', () => {
    const bench = new Bench().opened();
    bench.give({ type: 'ended', missing: false, detail: 'it failed' });
    expect(bench.value(20)).toEqual([]);
  });
});

describe('ten thousand values a second', () => {
  test('become a hundred, counted and told once a minute, and the last one is among them', () => {
    const bench = new Bench().opened();
    for (let index = 0; index < 100_000; index += 1) {
      bench.value(index / 1_000);
      bench.wait(0.1);
    }
    bench.wait(100);
    expect(bench.readings.length).toBeGreaterThan(1_000);
    expect(bench.readings.length).toBeLessThanOrEqual(1_101);
    expect(bench.readings.at(-1)).toBe(99.999);
    expect(bench.watch.counts.dropped).toBe(100_000 - bench.readings.length);
    expect(bench.effects.filter((effect) => effect.do === 'flood')).toHaveLength(1);
  });

  test('of nonsense are one fault', () => {
    const bench = new Bench().opened();
    for (let index = 0; index < 20_000; index += 1) {
      bench.value(index % 2 === 0 ? Number.NaN : 20);
      bench.wait(0.1);
    }
    expect(bench.effects.filter((effect) => effect.do === 'fault')).toHaveLength(1);
  });

  test('a bouncing contact loses nothing but what lies between, and is not reported', () => {
    const bench = new Bench({ type: 'boolean', maxRate: 10, period: undefined as never }).opened();
    for (let index = 0; index <= 15; index += 1) bench.value(index % 2);
    bench.wait(1_000);
    expect(bench.readings.at(-1)).toBe(1);
    expect(bench.effects.filter((effect) => effect.do === 'flood')).toEqual([]);
  });
});

describe('smoothing', () => {
  test('after its time constant a step is there by 63 %, however the values are spread', () => {
    for (const stepMs of [10, 100, 500]) {
      const bench = new Bench({ smoothing: ms(5_000), period: undefined as never, maxRate: 1_000 }).opened();
      bench.value(0);
      for (let passed = 0; passed < 5_000; passed += stepMs) {
        bench.wait(stepMs);
        bench.value(100);
      }
      expect(bench.readings.at(-1)).toBeCloseTo(100 * (1 - Math.exp(-1)), 5);
    }
  });

  test('begins anew after a fault', () => {
    const bench = new Bench({ smoothing: ms(60_000) }).opened();
    bench.value(20);
    bench.wait(500);
    bench.give({ type: 'ended', missing: true, detail: 'gone' });
    bench.give({ type: 'closed' });
    bench.wait(1_000);
    bench.value(80);
    expect(bench.readings).toEqual([20, 80]);
  });
});

test('the time of a reading is never of the future, nor before the one before', () => {
  const bench = new Bench().opened();
  bench.value(1, bench.nowMs - 50);
  bench.value(2, bench.nowMs - 70);
  bench.value(3, bench.nowMs + 9_000);
  const times = bench.effects.flatMap((effect) => (effect.do === 'reading' ? [effect.at - bench.nowMs] : []));
  expect(times).toEqual([-50, -50, 0]);
});

test('whatever happens: opened and closed alternate, readings are within range, no fault is told twice, and something is always due', () => {
  const input: fc.Arbitrary<WatchInput> = fc.oneof(
    fc.constantFrom<WatchInput>(
      { type: 'tick' },
      { type: 'closed' },
      { type: 'opened', polled: true },
      { type: 'opened', polled: false },
      { type: 'read' },
      { type: 'read', failed: 'no' },
      { type: 'ended', missing: true, detail: 'gone' },
      { type: 'ended', missing: false, detail: 'failed' },
      { type: 'away', detail: 'offline' },
    ),
    fc.record({ type: fc.constant('value' as const), value: fc.oneof(fc.double(), fc.constant(20)) }),
    fc.record({
      type: fc.constant('value' as const),
      value: fc.integer({ min: -40, max: 160 }),
      at: fc.double({ min: 0, max: 2_000_000, noNaN: true }).map((at) => at as MonotonicMs),
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(input, fc.nat(4_000)), { maxLength: 300 }), (steps) => {
      const bench = new Bench({ stuckAfter: ms(20_000), smoothing: ms(1_000), maxRate: 2 });
      for (const [next, waitMs] of steps) {
        bench.give(next);
        bench.wait(waitMs);
      }
      // Of one that is away nothing is due.
      bench.value(20);
      const runs = bench.effects.filter(({ do: what }) => what === 'open' || what === 'close');
      expect(runs.map((effect) => effect.do)).toEqual(
        runs.map((_, index) => (index % 2 === 0 ? 'open' : 'close')),
      );
      for (const value of bench.readings) expect(Math.abs(value - 65)).toBeLessThanOrEqual(85);
      let fault: string | undefined;
      let lastAt = 0;
      for (const effect of bench.effects) {
        if (effect.do === 'fault') expect(effect.reason).not.toBe(fault);
        if (effect.do === 'fault') fault = effect.reason;
        if (effect.do !== 'reading') continue;
        fault = undefined;
        expect(effect.at).toBeGreaterThanOrEqual(lastAt);
        lastAt = effect.at;
      }
      if (runs.at(-1)?.do !== 'close') expect(bench.watch.dueMs).toBeLessThan(Number.POSITIVE_INFINITY);
    }),
  );
});
