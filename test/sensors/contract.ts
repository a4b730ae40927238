import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Buses } from '../../src/buses/buses.ts';
import { type MonotonicMs, systemClock } from '../../src/clock.ts';
import type { VedetteError } from '../../src/errors.ts';
import type { SensorKind, SensorParts, SensorSource } from '../../src/sensors/kind.ts';
import { SensorSettings } from '../../src/sensors/settings.ts';
import { children, until } from '../media/ready.ts';

export const silent = pino({ level: 'silent' });

/** What sensors are opened with in tests: real buses without a broker, no feeds. */
export function sensorParts(parts: Partial<SensorParts> = {}): SensorParts {
  return {
    buses: parts.buses ?? new Buses({ device: 'test', clock: systemClock, log: silent }),
    camera: () => undefined,
    microphone: () => undefined,
    clock: systemClock,
    log: silent,
    ...parts,
  };
}

/** What one run of a source told its sink, in order. */
export interface Told {
  readonly values: { readonly value: number; readonly at?: MonotonicMs }[];
  readonly away: VedetteError[];
  readonly ended: VedetteError[];
  /** Failed readings of a polled source. */
  readonly failed: unknown[];
  /** Every call, values asked for among them. */
  calls: number;
}

/** Starts a source and collects what it tells. One that is polled is asked again as soon as it has answered. */
export function collect(source: SensorSource): Told {
  const told: Told = { values: [], away: [], ended: [], failed: [], calls: 0 };
  const add = (value: number, at?: MonotonicMs) => {
    told.calls += 1;
    told.values.push({ value, ...(at !== undefined && { at }) });
  };
  source.start({
    value: add,
    away: (reason) => {
      told.calls += 1;
      told.away.push(reason);
    },
    ended: (reason) => {
      told.calls += 1;
      told.ended.push(reason);
    },
  });
  const ask = async (): Promise<void> => {
    while (source.read && told.ended.length === 0 && told.values.length < 5 && told.failed.length < 5) {
      await source.read().then(add, (error: unknown) => told.failed.push(error));
    }
  };
  void ask();
  return told;
}

/** What a kind's test says of it, so that its contract can be tried. */
export interface SensorCase<Schema extends z.ZodObject> {
  readonly kind: SensorKind<Schema>;
  /** Options as they stand in a profile, of a sensor that works. */
  readonly options: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>);
  /** Opened with these; by default with {@link sensorParts}. */
  readonly parts?: () => SensorParts;
  /** Makes a sensor that speaks by itself say something; called until it has. */
  readonly provoke?: () => void | Promise<void>;
  /** Options of a sensor that is not there. */
  readonly absent?: Readonly<Record<string, unknown>>;
  /** The first code that an absent one fails with; `sensor/not-found` by default. */
  readonly absentCode?: string;
}

/** What every kind of sensor keeps to. */
export function testSensor<Schema extends z.ZodObject>(name: string, given: SensorCase<Schema>): void {
  const { kind, provoke, absent } = given;
  describe(`a sensor of kind ${name}`, () => {
    const opened: SensorSource[] = [];
    const used: SensorParts[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((source) => source.stop()));
      await Promise.all(used.splice(0).map((parts) => parts.buses.stop()));
    });
    const written = () => (typeof given.options === 'function' ? given.options() : given.options);
    const parsed = (options = written()) => kind.options.parse(options) as z.output<Schema>;
    const open = (options = written()): SensorSource => {
      const parts = given.parts?.() ?? sensorParts();
      used.push(parts);
      const source = kind.open(parsed(options), parts);
      opened.push(source);
      return source;
    };
    const speaks = async (told: Told): Promise<void> => {
      const timer = provoke && setInterval(() => void provoke(), 20);
      try {
        await until(
          'a value',
          () => told.values.length > 0 || told.ended.length > 0 || told.failed.length > 0,
        );
      } finally {
        clearInterval(timer);
      }
    };

    test('knows no key but its own, and none that all sensors have', () => {
      expect(kind.options.safeParse({ ...written(), surprise: 1 }).success).toBe(false);
      const taken = Object.keys(kind.options.shape).filter(
        (key) => key === 'kind' || key in SensorSettings.shape,
      );
      expect(taken).toEqual([]);
    });

    test('says what its values are like', () => {
      const nature = kind.nature(parsed());
      expect(['number', 'boolean']).toContain(nature.type);
      expect(nature.unit.length).toBeLessThanOrEqual(12);
      expect(nature.decimals).toBeGreaterThanOrEqual(0);
      if (nature.range) expect(nature.range[0]).toBeLessThan(nature.range[1]);
      if (nature.type === 'boolean') expect([nature.unit, nature.range]).toEqual(['', undefined]);
      if (open().read) expect(nature.period).toBeGreaterThan(0);
      expect(Boolean(open().set)).toBe(nature.settable ?? false);
    });

    test('gives values that can be true, never of the future', async () => {
      const told = collect(open());
      await speaks(told);
      expect(told.ended).toEqual([]);
      expect(told.failed).toEqual([]);
      const { type, range } = kind.nature(parsed());
      for (const { value, at } of told.values) {
        expect(Number.isFinite(value)).toBe(true);
        if (type === 'boolean') expect([0, 1]).toContain(value);
        if (range) expect(value >= range[0] && value <= range[1]).toBe(true);
        if (at !== undefined) expect(at).toBeLessThanOrEqual(systemClock.now());
      }
    });

    test('tells nothing after stop, and leaves no process', async () => {
      const before = new Set(children());
      const source = open();
      const told = collect(source);
      await speaks(told);
      await source.stop();
      const { calls } = told;
      await source.stop();
      await provoke?.();
      expect(told.ended).toEqual([]);
      expect(told.calls - calls).toBeLessThanOrEqual(source.read ? 5 : 0);
      expect(children().filter((pid) => !before.has(pid))).toEqual([]);
    });

    test('stopped before its first value it tells no end', async () => {
      const source = open();
      let ended = 0;
      source.start({
        value: () => undefined,
        away: () => undefined,
        ended: () => {
          ended += 1;
        },
      });
      await source.stop();
      expect(ended).toBe(0);
    });

    test('two of the same do not disturb one another', async () => {
      const parts = given.parts?.() ?? sensorParts();
      used.push(parts);
      const both = [kind.open(parsed(), parts), kind.open(parsed(), parts)];
      opened.push(...both);
      const [first, second] = both.map(collect) as [Told, Told];
      if (given.absentCode === 'gpio/busy') return;
      await speaks(first);
      await speaks(second);
      expect([...first.ended, ...second.ended]).toEqual([]);
    });

    test.runIf(absent)(
      'that is not there says so, as an end or a failed reading, never as a throw',
      async () => {
        const told = collect(open(absent));
        await until('its end', () => told.ended.length > 0 || told.failed.length > 0);
        expect(told.values).toEqual([]);
        const [reason] = [...told.ended, ...told.failed] as VedetteError[];
        expect(reason?.code).toBe(given.absentCode ?? 'sensor/not-found');
      },
    );

    test.runIf(absent && kind.check)(
      '`check` names what is missing, and is content with what is there',
      async () => {
        const parts = given.parts?.() ?? sensorParts();
        used.push(parts);
        await kind.check?.(parsed(), parts);
        const refused = kind.check?.(parsed(absent), parts);
        await expect(refused).rejects.toMatchObject({ code: given.absentCode ?? 'sensor/not-found' });
      },
    );
  });
}
