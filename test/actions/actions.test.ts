import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ActionFailure, Actions } from '../../src/actions/actions.ts';
import type { Action } from '../../src/actions/kind.ts';
import { VedetteError } from '../../src/errors.ts';
import { deviceParts, MemoryDeliveries, occasion } from './parts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function make(actions: Record<string, Action>) {
  const failures: ActionFailure[] = [];
  const all = new Actions({
    actions: Object.entries(actions).map(([name, action]) => ({ name, open: () => action })),
    parts: deviceParts(),
    deliveries: new MemoryDeliveries(),
    failed: (failure) => failures.push(failure),
  });
  return { all, failures };
}

const hanging = (): Action => ({ run: () => new Promise(() => {}) });

test('a failing action is recorded, and those beside it run all the same', async () => {
  const good = vi.fn(async () => {});
  const { all, failures } = make({
    bad: { run: () => Promise.reject(new VedetteError('action/no-speaker', { feed: 'door' })) },
    thrown: {
      run: () => {
        throw new TypeError('a mistake');
      },
    },
    good: { run: good },
  });
  await all.run(['bad', 'thrown', 'good'], occasion());
  expect(good).toHaveBeenCalledOnce();
  expect(failures.map(({ action, error }) => [action, error.code, error.message])).toEqual([
    ['thrown', 'action/failed', 'the action thrown failed: a mistake'],
    ['bad', 'action/no-speaker', 'door has no speaker'],
  ]);
  expect(failures[1]?.event?.title).toBe('Machine too hot');
  expect(all.counts().get('good')).toEqual({ ran: 1, failed: 0 });
  expect(all.counts().get('bad')).toEqual({ ran: 0, failed: 1 });
});

test('an action that hangs holds up no other, nor the stop for longer than 3 s', async () => {
  const good = vi.fn(async () => {});
  const { all } = make({ hung: { ...hanging(), stop: () => new Promise(() => {}) }, good: { run: good } });
  void all.run(['hung', 'good'], occasion());
  await vi.advanceTimersByTimeAsync(0);
  expect(good).toHaveBeenCalledOnce();
  const stopped = all.stop();
  await vi.advanceTimersByTimeAsync(3_000);
  await stopped;
});

test('the runs of one action come one after the other; a mad rule piles up no more than eight', async () => {
  let going = 0;
  let most = 0;
  const releases: (() => void)[] = [];
  const { all, failures } = make({
    slow: {
      run: async () => {
        most = Math.max(most, ++going);
        await new Promise<void>((resolve) => releases.push(resolve));
        going--;
      },
    },
  });
  const runs = Array.from({ length: 10 }, () => all.run(['slow'], occasion()));
  expect(failures.map(({ error }) => error.code)).toEqual(['action/crowded', 'action/crowded']);
  for (let i = 0; i < 8; i++) {
    await vi.advanceTimersByTimeAsync(0);
    releases[i]?.();
  }
  await Promise.all(runs);
  expect(most).toBe(1);
  expect(all.counts().get('slow')?.ran).toBe(8);
});

test('an action named twice runs once, and one that is not there is nothing', async () => {
  const run = vi.fn(async () => {});
  const { all, failures } = make({ siren: { run } });
  await all.run(['siren', 'siren', 'ghost'], occasion());
  expect(run).toHaveBeenCalledOnce();
  expect(failures).toEqual([]);
});

test('what starts, releases or silences badly is recorded, and stops no other', async () => {
  const release = vi.fn(async () => {});
  const fail = () => Promise.reject(new VedetteError('action/failed', { action: 'x', detail: 'y' }));
  const { all, failures } = make({
    bad: { run: async () => {}, start: fail, release: fail, silence: fail },
    good: { run: async () => {}, release },
  });
  await all.start();
  await all.release(occasion().event);
  await all.silence(occasion().event);
  expect(release).toHaveBeenCalledOnce();
  expect(failures).toHaveLength(3);
});

test('nothing runs once the device stops, and what was cut short is no failure', async () => {
  const { all, failures } = make({
    cut: {
      run: (_, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    },
  });
  const running = all.run(['cut'], occasion());
  await vi.advanceTimersByTimeAsync(0);
  await all.stop();
  await running;
  await all.run(['cut'], occasion());
  expect(failures).toEqual([]);
});
