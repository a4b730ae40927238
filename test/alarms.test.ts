import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Occasion } from '../src/actions/kind.ts';
import { Alarms } from '../src/alarms.ts';
import { type MonotonicMs, systemClock } from '../src/clock.ts';
import type { AlarmStatus, DeviceEvent } from '../src/protocol/alarm.ts';
import type { FaultReason, Reading, SensorState } from '../src/protocol/reading.ts';
import { EventIds } from '../src/records/event-id.ts';
import { Records } from '../src/records/records.ts';
import { RecordsSettings } from '../src/records/settings.ts';
import { compileRules, type Rules } from '../src/rules/compile.ts';
import { RuleOptions } from '../src/rules/rule.ts';

const log = pino({ level: 'silent' });
const sensor = 'machine.temperature';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-alarms-'));
});
afterEach(() => rm(folder, { recursive: true }));

function rules(options: Record<string, unknown>): Rules {
  const all = {
    hot: RuleOptions.parse({ when: `${sensor} > 80`, severity: 'critical', feed: 'machine', ...options }),
  };
  const compiled = compileRules(all, [{ sensor, unit: '°C', type: 'number' }]);
  if ('problems' in compiled) throw new Error(compiled.problems[0]?.message);
  return compiled.rules;
}

/** A device with one sensor and one rule, whose records are real. */
class Scene {
  readonly records: Records;
  readonly alarms: Alarms;
  readonly events: DeviceEvent[] = [];
  readonly told: [string, AlarmStatus['state'] | undefined][] = [];
  readonly ran: [readonly string[], Occasion['on'], string][] = [];
  readonly released: string[] = [];
  readonly silenced: string[] = [];
  rings = false;
  #read: ((reading: Reading, now: MonotonicMs) => void) | undefined;
  #become: ((state: SensorState, now: MonotonicMs) => void) | undefined;

  constructor(options: Record<string, unknown> = {}) {
    const clock = systemClock;
    this.records = new Records({ folder, settings: RecordsSettings.parse({}), clock, log });
    this.alarms = new Alarms({
      rules: rules(options),
      sensors: {
        descriptions: [
          { sensor, title: 'Machine', unit: '°C', type: 'number', decimals: 1, limits: [], settable: false },
        ],
        onReading: (listener) => {
          this.#read = listener;
          return () => {};
        },
        onState: (listener) => {
          this.#become = listener;
          return () => {};
        },
      },
      actions: {
        run: async (names, { event, on }) => void this.ran.push([names, on, event.id]),
        release: async ({ id }) => void this.released.push(id),
        silence: async ({ id }) => void this.silenced.push(id),
      },
      records: this.records,
      ids: new EventIds(clock),
      doorOf: ({ options }) => (options.do.includes('bell') ? options.feed : undefined),
      rings: () => this.rings,
      clock,
      log,
    });
    this.alarms.onEvent((event) => this.events.push(event));
    this.alarms.onAlarm((rule, status) => this.told.push([rule, status?.state]));
  }

  async start(): Promise<this> {
    await this.records.start();
    await this.alarms.start();
    return this;
  }

  async stop(): Promise<void> {
    this.alarms.stop();
    await this.records.stop();
  }

  read(value: number): void {
    this.#read?.({ sensor, value, unit: '°C', time: Date.now() }, systemClock.now());
  }

  fail(reason: FaultReason): void {
    this.#become?.(
      { state: 'fault', sensor, reason, detail: 'it is gone', since: Date.now() },
      systemClock.now(),
    );
  }

  recover(): void {
    const reading = { sensor, value: 20, unit: '°C', time: Date.now() };
    this.#become?.({ state: 'well', sensor, reading }, systemClock.now());
  }

  /** What the disk has, newest first. */
  kept(): Promise<readonly DeviceEvent[]> {
    return this.records.events({ limit: 100 });
  }
}

async function on(options: Record<string, unknown>, act: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await new Scene(options).start();
  try {
    await act(scene);
  } finally {
    await scene.stop();
  }
}

describe('a value beyond its limit', () => {
  test('is an event with its cause, told, kept, and acted on once', () =>
    on({ do: ['siren'], title: 'Too hot' }, async (scene) => {
      scene.read(20);
      scene.read(91);
      scene.read(95);
      const [event] = await scene.kept();
      expect(event).toMatchObject({
        ...{ type: 'alarm', rule: 'hot', title: 'Too hot', severity: 'critical' },
        ...{ sensor, value: 91, unit: '°C', feed: 'machine', snapshot: false },
      });
      expect(scene.events.map(({ id }) => id)).toEqual([event?.id]);
      expect(scene.ran).toEqual([[['siren'], 'raise', event?.id]]);
      expect(scene.told).toEqual([['hot', 'raised']]);
      expect(scene.alarms.statuses).toMatchObject([{ rule: 'hot', event: event?.id }]);
    }));

  test('that is over ends its event and what was done for it', () =>
    on({ onClear: ['all-clear'] }, async (scene) => {
      scene.read(91);
      scene.read(20);
      await expect.poll(async () => (await scene.kept())[0]?.clearedAt).toBeGreaterThan(0);
      const [event] = await scene.kept();
      expect(scene.ran.at(-1)).toEqual([['all-clear'], 'clear', event?.id]);
      expect(scene.released).toEqual([event?.id]);
      expect(scene.told.at(-1)).toEqual(['hot', undefined]);
    }));

  test('is acknowledged by name, once, and not when it is over', () =>
    on({}, async (scene) => {
      expect(scene.alarms.acknowledge('hot', 'Anna')).toMatchObject({ code: 'alarm/over' });
      scene.read(91);
      expect(scene.alarms.acknowledge('hot', 'Anna')).toBeUndefined();
      await expect.poll(async () => (await scene.kept())[0]?.acknowledgedBy).toBe('Anna');
      expect(scene.alarms.statuses[0]).toMatchObject({ acknowledgedBy: 'Anna' });
    }));

  test('can be silenced: what makes noise for it ends, it does not', () =>
    on({}, async (scene) => {
      scene.read(91);
      expect(scene.alarms.silence('hot')).toBeUndefined();
      expect(scene.silenced).toEqual([scene.events[0]?.id]);
      expect(scene.alarms.statuses).toMatchObject([{ state: 'raised', silenced: true }]);
    }));

  test('raises nothing while its rule is shelved', () =>
    on({}, async (scene) => {
      expect(scene.alarms.shelve('cold', 1000, '')).toMatchObject({ code: 'alarm/unknown' });
      expect(scene.alarms.shelve('hot', 60_000, 'being repaired')).toBeUndefined();
      scene.read(91);
      expect(await scene.kept()).toEqual([]);
      expect(scene.alarms.statuses).toMatchObject([{ state: 'shelved', shelvedBecause: 'being repaired' }]);
    }));
});

describe('after a restart', () => {
  test('a raised alarm is still raised, and is not raised again', async () => {
    let id: string | undefined;
    await on({ latch: true }, async (scene) => {
      scene.read(91);
      id = scene.events[0]?.id;
    });
    await on({ latch: true }, async (scene) => {
      expect(scene.alarms.statuses).toMatchObject([{ rule: 'hot', state: 'raised', event: id }]);
      scene.read(92);
      expect((await scene.kept()).map((event) => event.id)).toEqual([id]);
      expect(scene.ran).toEqual([]);
      scene.read(20);
      scene.alarms.acknowledge('hot', 'Anna');
      await expect.poll(async () => (await scene.kept())[0]).toMatchObject({ acknowledgedBy: 'Anna' });
      expect((await scene.kept())[0]?.clearedAt).toBeGreaterThan(0);
    });
  });

  test('an alarm whose event was lost with the power is written down', async () => {
    await on({}, async (scene) => {
      scene.read(91);
      const kept = await scene.records.kept('rules');
      await rm(join(folder, 'records.sqlite'));
      await rm(join(folder, 'records.sqlite-wal'), { force: true });
      await scene.stop();
      const fresh = new Records({ folder, settings: RecordsSettings.parse({}), clock: systemClock, log });
      await fresh.start();
      await fresh.keep('rules', kept);
      await fresh.stop();
    });
    await on({}, async (scene) => {
      expect(await scene.kept()).toMatchObject([{ type: 'alarm', rule: 'hot', value: 91 }]);
    });
  });
});

describe('a sensor that cannot be believed', () => {
  test('is an event of its own, ended when it is well', () =>
    on({ onFault: ['phone'] }, async (scene) => {
      scene.read(20);
      scene.fail('missing');
      const [event] = await scene.kept();
      expect(event).toMatchObject({ type: 'fault', sensor, title: 'Machine', detail: 'it is gone' });
      expect(scene.ran).toEqual([[['phone'], 'fault', event?.id]]);
      scene.recover();
      await expect.poll(async () => (await scene.kept())[0]?.clearedAt).toBeGreaterThan(0);
      expect(scene.released).toEqual([event?.id]);
    }));

  test('leaves a raised alarm raised', () =>
    on({}, async (scene) => {
      scene.read(91);
      scene.fail('unavailable');
      expect(scene.alarms.statuses).toMatchObject([{ rule: 'hot', state: 'raised' }]);
    }));
});

describe('a bell', () => {
  test('is a ring, no alarm', () =>
    on({ do: ['bell'], severity: 'info' }, async (scene) => {
      scene.read(91);
      expect((await scene.kept())[0]).toMatchObject({ type: 'ring', feed: 'machine' });
    }));

  test('pressed again while it rings is nothing new', () =>
    on({ do: ['bell'] }, async (scene) => {
      scene.read(91);
      scene.rings = true;
      scene.read(20);
      scene.read(91);
      scene.read(20);
      expect(await scene.kept()).toHaveLength(1);
      expect(scene.ran.filter(([, on]) => on === 'raise')).toHaveLength(1);
    }));
});
