import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Attempt } from '../../src/actions/delivery.ts';
import type { LaneOptions } from '../../src/actions/lane.ts';
import { Outbox } from '../../src/actions/outbox.ts';
import type { Clock, MonotonicMs, WallMs } from '../../src/clock.ts';
import { MemoryDeliveries } from './parts.ts';

/** A wall clock that is set apart from the time that passes. */
class Hand implements Clock {
  wallOffset = 0;
  now = () => performance.now() as MonotonicMs;
  wall = () => (Date.now() + this.wallOffset) as WallMs;
}

const log = pino({ level: 'silent' });
const outboxes: Outbox[] = [];
let store: MemoryDeliveries;
let clock: Hand;

beforeEach(() => {
  vi.useFakeTimers();
  store = new MemoryDeliveries();
  clock = new Hand();
});

afterEach(async () => {
  const stopped = Promise.all(outboxes.splice(0).map((outbox) => outbox.stop()));
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
  vi.useRealTimers();
});

function openOutbox(): Outbox {
  const outbox = new Outbox({ store, clock, log, backoff: { first: 1_000, most: 5_000 } });
  outboxes.push(outbox);
  return outbox;
}

/** A target that answers what the test says, and notes what it got and what was lost. */
function target(name: string, answer: (text: string) => Attempt | Promise<Attempt>) {
  const got: string[] = [];
  const lost: string[] = [];
  const options: LaneOptions<string> = {
    target: name,
    payload: z.string(),
    expiresAfterMs: 60_000,
    send: async (text) => {
      got.push(text);
      return answer(text);
    },
    lost: (text, error) => lost.push(`${text}: ${error.code}`),
  };
  return { got, lost, options };
}

const delivered: Attempt = { result: 'delivered' };
const later: Attempt = { result: 'later', reason: 'it answers 500' };

test('what a target takes only at the third try arrives, and what came after it comes after it', async () => {
  let tries = 0;
  const hook = target('hook', (text) => (text === 'first' && ++tries < 3 ? later : delivered));
  const lane = openOutbox().open(hook.options);
  await lane.add('first');
  await lane.add('second');
  await vi.advanceTimersByTimeAsync(30_000);
  expect(hook.got).toEqual(['first', 'first', 'first', 'second']);
  expect(store.rows.size).toBe(0);
  expect(hook.lost).toEqual([]);
});

test('a target that hangs blocks no other, and not the stop', async () => {
  const outbox = openOutbox();
  const hung = target('hung', () => new Promise(() => {}));
  const well = target('well', () => delivered);
  const hungLane = outbox.open(hung.options);
  const wellLane = outbox.open(well.options);
  await hungLane.add('a');
  await wellLane.add('b');
  await vi.advanceTimersByTimeAsync(0);
  expect(well.got).toEqual(['b']);
  expect(outbox.waiting()).toEqual(
    new Map([
      ['hung', 1],
      ['well', 0],
    ]),
  );
  const stopped = outbox.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
  expect([...store.rows.values()].map(({ body }) => body)).toEqual(['a']);
});

test('what was not delivered goes on after a restart, in order, before what is new', async () => {
  const away = target('hook', () => later);
  const first = openOutbox();
  const lane = first.open(away.options);
  for (const text of ['1', '2', '3']) await lane.add(text);
  await first.stop();

  const back = target('hook', () => delivered);
  const again = openOutbox().open(back.options);
  await again.add('4');
  await vi.advanceTimersByTimeAsync(0);
  expect(back.got).toEqual(['1', '2', '3', '4']);
});

test('what nobody wants any more is dropped and told, and the next goes on', async () => {
  let away = true;
  const hook = target('hook', () => (away ? later : delivered));
  const lane = openOutbox().open(hook.options);
  await lane.add('old');
  await vi.advanceTimersByTimeAsync(50_000);
  await lane.add('new');
  await vi.advanceTimersByTimeAsync(15_000);
  expect(hook.lost).toEqual(['old: action/expired']);
  away = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(hook.got.at(-1)).toBe('new');
  expect(hook.lost).toEqual(['old: action/expired']);
});

test('what a target refuses is not tried again, and holds nothing up', async () => {
  const hook = target('hook', (text) =>
    text === 'bad' ? { result: 'refused', reason: 'it answers 400' } : delivered,
  );
  const lane = openOutbox().open(hook.options);
  await lane.add('bad');
  await lane.add('good');
  await vi.advanceTimersByTimeAsync(0);
  expect(hook.got).toEqual(['bad', 'good']);
  expect(hook.lost).toEqual(['bad: action/refused']);
});

test('a target that asks for a pause gets it', async () => {
  const hook = target('hook', () => ({ result: 'later', reason: 'it answers 429', afterMs: 20_000 }));
  await openOutbox().open(hook.options).add('a');
  await vi.advanceTimersByTimeAsync(19_000);
  expect(hook.got).toEqual(['a']);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(hook.got).toEqual(['a', 'a']);
});

test('a target that is known to be there again is tried at once', async () => {
  let away = true;
  const hook = target('hook', () => (away ? later : delivered));
  const lane = openOutbox().open(hook.options);
  await lane.add('a');
  await vi.advanceTimersByTimeAsync(0);
  away = false;
  lane.poke();
  await vi.advanceTimersByTimeAsync(0);
  expect(hook.got).toEqual(['a', 'a']);
});

test('a clock that is set forward after boot makes nothing old', async () => {
  let away = true;
  const hook = target('hook', () => (away ? later : delivered));
  await openOutbox().open(hook.options).add('a');
  await vi.advanceTimersByTimeAsync(0);
  clock.wallOffset = 56 * 365 * 86_400_000;
  away = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(hook.lost).toEqual([]);
  expect(hook.got.at(-1)).toBe('a');
  expect(store.rows.size).toBe(0);
});

test('a target away for long keeps the newest thousand', async () => {
  const hook = target('hook', () => later);
  const outbox = openOutbox();
  const lane = outbox.open(hook.options);
  for (let i = 0; i < 1_003; i++) await lane.add(String(i));
  expect(lane.waiting).toBe(1_000);
  expect(hook.lost).toHaveLength(3);
  expect(hook.lost.every((lost) => lost.endsWith('action/crowded'))).toBe(true);
  expect(store.rows.size).toBe(1_000);
});

test('a send that throws is tried again, and one kept by another version is dropped', async () => {
  await store.add({ target: 'hook', body: { old: true }, expiresAt: Date.now() + 60_000 });
  let broken = true;
  const hook = target('hook', () => {
    if (broken) throw new Error('a mistake');
    return delivered;
  });
  await openOutbox().open(hook.options).add('a');
  await vi.advanceTimersByTimeAsync(0);
  broken = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(hook.got).toEqual(['a', 'a']);
  expect(store.rows.size).toBe(0);
});

test('what a full disk does not keep is sent all the same', async () => {
  const hook = target('hook', () => delivered);
  const lane = openOutbox().open(hook.options);
  vi.spyOn(store, 'add').mockRejectedValueOnce(new Error('disk full'));
  await lane.add('a');
  await lane.add('b');
  await vi.advanceTimersByTimeAsync(0);
  expect(hook.got).toEqual(['a', 'b']);
});

test('a lane that is closed forgets what waited, and may be opened again', async () => {
  const hook = target('hook', () => later);
  const outbox = openOutbox();
  const lane = outbox.open(hook.options);
  await lane.add('a');
  await lane.close();
  expect(store.rows.size).toBe(0);
  expect(() => outbox.open(hook.options)).not.toThrow();
  expect(() => outbox.open(hook.options)).toThrow('two lanes');
});

test('what waits is not forgotten by a disk that cannot be read at first, and what is new goes meanwhile', async () => {
  const away = target('hook', () => later);
  const first = openOutbox();
  const lane = first.open(away.options);
  for (const text of ['1', '2']) await lane.add(text);
  await first.stop();

  const { pending } = store;
  store.pending = () => Promise.reject(new Error('EIO'));
  const back = target('hook', () => delivered);
  const again = openOutbox().open(back.options);
  await again.add('3');
  await vi.advanceTimersByTimeAsync(0);
  expect(back.got).toEqual(['3']);
  store.pending = pending;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(back.got).toEqual(['3', '1', '2']);
  expect(store.rows.size).toBe(0);
});

test('what is new and waits itself is not taken up twice by a late read', async () => {
  const { pending } = store;
  store.pending = () => Promise.reject(new Error('EIO'));
  let away = true;
  const hook = target('hook', () => (away ? later : delivered));
  const lane = openOutbox().open(hook.options);
  await lane.add('new');
  store.pending = pending;
  await vi.advanceTimersByTimeAsync(8_000);
  expect(lane.waiting).toBe(1);
  away = false;
  await vi.advanceTimersByTimeAsync(8_000);
  expect(hook.got.at(-1)).toBe('new');
  expect(lane.waiting).toBe(0);
});
