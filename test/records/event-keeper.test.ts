import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { EventKeeper } from '../../src/records/event-keeper.ts';
import type { Store } from '../../src/records/store/store.ts';
import { Troubles } from '../../src/records/troubles.ts';

/** A store that answers when the test says so; operations are done in the order of their calls. */
class GivenStore {
  readonly calls: {
    operation: string;
    given: readonly unknown[];
    answer: (value?: unknown) => void;
    refuse: () => void;
  }[] = [];

  call(operation: string, ...given: readonly unknown[]): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.calls.push({
      operation,
      given,
      answer: resolve,
      refuse: () => reject(new Error('the disk is full')),
    });
    return promise;
  }

  /** What it has been given to keep, in order. */
  get kept(): readonly unknown[] {
    return this.calls.filter(({ operation }) => operation === 'keep').map(({ given }) => given[1]);
  }
}

const event: DeviceEvent = {
  id: 'a',
  type: 'alarm',
  time: 1,
  severity: 'info',
  title: 'Too hot',
  snapshot: false,
};
let store: GivenStore;
let keeper: EventKeeper;
beforeEach(() => {
  store = new GivenStore();
  keeper = new EventKeeper(store as unknown as Store, new Troubles(pino({ level: 'silent' })));
});

test('a change of an event that the disk is just refusing is not lost', async () => {
  const added = expect(keeper.add(event)).rejects.toThrow('full');
  const changed = keeper.change('a', { acknowledgedBy: 'Ada' });
  store.calls[0]?.refuse();
  store.calls[1]?.answer(undefined);
  await added;
  expect(await changed).toEqual({ ...event, acknowledgedBy: 'Ada' });
});

test('a held value is never written after a newer one', async () => {
  const first = keeper.keep('rules', '1');
  store.calls[0]?.refuse();
  await first;
  const second = keeper.keep('rules', '2');
  // Tries again what is held, before the second is answered.
  const stopped = keeper.stop();
  expect(store.kept).toEqual(['1', '2', '2']);
  for (const { answer } of store.calls) answer();
  await second;
  await new Promise(setImmediate);
  store.calls.at(-1)?.answer([]);
  await stopped;
  expect(await keeper.stop()).toBeUndefined();
});

test('of two values that the disk refuses the newer one is held', async () => {
  const both = [keeper.keep('rules', '1'), keeper.keep('rules', '2')];
  for (const { refuse } of store.calls) refuse();
  await Promise.all(both);
  expect(await keeper.kept('rules')).toBe('2');
});

test('where nothing was ever asked of it, stopping opens no file', async () => {
  await keeper.stop();
  expect(store.calls).toEqual([]);
});
