import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { systemClock } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import type { DrivenLineName, LockBuses } from '../../src/locks/kind.ts';
import { lockKinds } from '../../src/locks/kinds.ts';
import { type LockNews, Locks } from '../../src/locks/locks.ts';
import { lockProfile } from '../../src/locks/profile.ts';
import { LockSettings } from '../../src/locks/settings.ts';
import { entrySchema } from '../../src/profile/entry.ts';
import type { LockStatus } from '../../src/protocol/lock.ts';

const schema = z.record(z.string(), entrySchema(lockKinds, LockSettings.shape));

/** Lines that remember who drives them. */
class FakeLines {
  readonly active = new Set<string>();
  readonly log: string[] = [];
  fails = false;
  readonly published: string[] = [];

  get buses(): LockBuses {
    const failing = () => {
      if (this.fails) throw new VedetteError('gpio/busy', { line: 'relay' });
    };
    return {
      gpio: {
        check: async () => failing(),
        rest: async ({ line }) => {
          failing();
          this.log.push(`${line} at rest`);
        },
        pulse: async (line, ms) => {
          failing();
          return this.#pulse(line, ms);
        },
      },
      mqtt: {
        connected: true,
        publish: async (topic, payload) => void this.published.push(`${topic} ${payload}`),
        onStatus: () => () => undefined,
        start: () => undefined,
      },
    };
  }

  #pulse({ line }: DrivenLineName, ms: number) {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    this.log.push(`${line} on`);
    this.active.add(String(line));
    const end = () => {
      clearTimeout(timer);
      if (this.active.delete(String(line))) this.log.push(`${line} off`);
      resolve();
      return over;
    };
    const timer = setTimeout(end, ms);
    return { over, end };
  }
}

const lines = { now: new FakeLines() };
let locks: Locks;
const told: LockStatus[] = [];
const news: LockNews[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  lines.now = new FakeLines();
  told.length = 0;
  news.length = 0;
});
afterEach(async () => {
  await locks.stop();
  expect([...lines.now.active]).toEqual([]);
  vi.useRealTimers();
});

async function open(profile: Record<string, unknown>): Promise<Locks> {
  const clock = { now: () => Date.now(), wall: () => Date.now() } as unknown as typeof systemClock;
  locks = new Locks({
    locks: Object.entries(schema.parse(profile)).map(([name, entry]) => lockProfile(name, entry)),
    parts: { buses: lines.now.buses, clock, log: pino({ level: 'silent' }) },
  });
  locks.onChange((status) => told.push(status));
  locks.onNews((one) => news.push(one));
  await locks.start();
  return locks;
}
const says = (sensor: string, value: number) =>
  locks.sensor({ state: 'well', sensor, reading: { sensor, value, unit: '', time: 0 } });
const states = () => told.map(({ state }) => state);
const strike = { kind: 'strike', line: 'relay', pulse: '5s', unpowered: 'locked', moves: '1s' };

describe('locks', () => {
  test('a strike is brought to rest at the start, opens, and locks at its time', async () => {
    await open({ box: strike });
    expect(lines.now.log).toEqual(['relay at rest']);
    expect(locks.statuses).toMatchObject([
      { lock: 'box', title: 'Box', state: 'locked', unpowered: 'locked' },
    ]);
    const outcomes = await Promise.all([locks.unlock('box', 'Anna'), locks.unlock('box', 'Ben')]);
    expect(outcomes).toEqual([{ done: true }, { done: true }]);
    expect(locks.statuses[0]).toMatchObject({ state: 'unlocked', by: 'Anna', relocksAt: Date.now() + 5000 });
    await vi.advanceTimersByTimeAsync(5_100);
    expect(locks.statuses[0]).toMatchObject({ state: 'locked', by: 'Anna' });
    expect(lines.now.log).toEqual(['relay at rest', 'relay on', 'relay off']);
    expect(states().filter((state, i, all) => state !== all[i - 1])).toEqual([
      'locked',
      'unlocking',
      'unlocked',
      'locking',
      'locked',
    ]);
  });

  test('a strike is let go of when somebody locks, and when the device stops', async () => {
    await open({ box: strike });
    await locks.unlock('box', 'Anna');
    expect(await locks.lock('box', 'Ben')).toEqual({ done: true });
    expect([...lines.now.active]).toEqual([]);
    const waits = locks.unlock('box', 'Anna');
    await waits;
    await locks.stop();
    expect([...lines.now.active]).toEqual([]);
    expect(await locks.unlock('box', 'Anna')).toMatchObject({ done: false, code: 'lock/stopped' });
  });

  test('what cannot be driven is blocked, says why, and is looked at again', async () => {
    lines.now.fails = true;
    await open({ box: strike });
    expect(locks.statuses[0]?.blocked).toEqual({
      ...{ code: 'gpio/busy', reason: 'the GPIO line relay is in use by another program' },
      detail: { line: 'relay' },
    });
    expect(await locks.unlock('box', 'Anna')).toMatchObject({ done: false, code: 'lock/blocked' });
    lines.now.fails = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(locks.statuses[0]).not.toHaveProperty('blocked');
    lines.now.fails = true;
    expect(await locks.unlock('box', 'Anna')).toMatchObject({ done: false, code: 'gpio/busy' });
    expect(locks.statuses[0]).toMatchObject({ state: 'locked' });
    lines.now.fails = false;
  });

  test('a motor turns one way at a time, whoever asks for the other meanwhile', async () => {
    await open({
      box: {
        kind: 'motor',
        unlock: { line: 'open' },
        lock: { line: 'shut' },
        runs: '1s',
        unpowered: 'unchanged',
      },
    });
    expect(locks.statuses[0]?.state).toBe('unknown');
    const first = locks.unlock('box', 'Anna');
    await vi.advanceTimersByTimeAsync(300);
    const second = locks.lock('box', 'Ben');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await first).toMatchObject({ done: false, code: 'lock/overtaken' });
    expect(await second).toEqual({ done: true });
    expect(lines.now.log.slice(2)).toEqual(['open on', 'open off', 'shut on', 'shut off']);
  });

  test('sensors close the loop: bolt, door and parcel', async () => {
    await open({
      box: { kind: 'simulated', unpowered: 'locked', bolt: 'b', door: 'd', parcel: 'p', takes: '0ms' },
    });
    expect(locks.statuses[0]?.state).toBe('unknown');
    says('b', 1);
    says('d', 0);
    says('p', 1);
    says('somebody.else', 1);
    expect(locks.statuses[0]).toMatchObject({ state: 'locked', door: 'closed', parcel: true });
    expect(locks.doorClosed('box')).toBe(true);
    says('d', 1);
    expect(locks.doorClosed('box')).toBe(false);
    expect(news.map(({ trouble, over }) => [trouble, over])).toEqual([['forced', false]]);
    says('d', 0);
    expect(news.map(({ trouble, over }) => [trouble, over]).at(-1)).toEqual(['forced', true]);
    locks.sensor({ state: 'fault', sensor: 'd', reason: 'missing', detail: '', since: 0 });
    expect(locks.doorClosed('box')).toBeUndefined();
  });

  test('by a broker it is told once, and without it nothing is claimed', async () => {
    await open({ gate: { kind: 'mqtt', topic: 'gate/set', unpowered: 'unchanged' } });
    expect(await locks.unlock('gate', 'Anna')).toEqual({ done: true });
    expect(lines.now.published).toEqual(['gate/set UNLOCK']);
  });

  test('there is no lock but those of the profile', async () => {
    await open({});
    expect(await locks.unlock('vault', 'Anna')).toMatchObject({ done: false, code: 'lock/unknown' });
    expect(locks.doorClosed('vault')).toBeUndefined();
  });
});
