import { afterEach, expect, test, vi } from 'vitest';
import type { MonotonicMs, WallMs } from '../src/clock.ts';
import type { CameraVitals } from '../src/health.ts';
import { Watchdog } from '../src/watchdog.ts';
import { quiet } from './media/ready.ts';

afterEach(() => void vi.useRealTimers());

/** A watchdog that has to be fed every 30 s, and a clock that is turned by hand. */
function device({ watched = true, managed = true } = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const start = Date.now();
  const clock = { now: () => (Date.now() - start) as MonotonicMs, wall: () => Date.now() as WallMs };
  const said: (readonly string[])[] = [];
  const state = {
    cameras: [] as CameraVitals[],
    store: (): Promise<unknown> => Promise.resolve(),
    asked: 0,
  };
  const watchdog = new Watchdog({
    manager: managed
      ? {
          watchdogMs: watched ? 30_000 : undefined,
          notify: async (...words) => {
            said.push(words);
          },
        }
      : undefined,
    cameras: () => state.cameras,
    askStore: () => {
      state.asked += 1;
      return state.store();
    },
    status: () => '2 watch',
    clock,
    log: quiet,
  });
  const fed = () => said.splice(0).filter(([word]) => word === 'WATCHDOG=1').length;
  return { watchdog, state, said, fed };
}

test('it says that the device has started, feeds three times in a period, and says that it stops', async () => {
  const { watchdog, said, fed } = device();
  watchdog.start();
  expect(said).toEqual([['READY=1', 'STATUS=2 watch']]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fed()).toBe(6);
  watchdog.stop();
  watchdog.stop();
  expect(said).toEqual([['STOPPING=1']]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('without a service manager nothing runs, and without its watchdog nothing is fed', async () => {
  const alone = device({ managed: false });
  alone.watchdog.start();
  expect(vi.getTimerCount()).toBe(0);
  alone.watchdog.stop();
  expect(alone.said).toEqual([]);
  const patient = device({ watched: false });
  patient.watchdog.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(patient.said).toEqual([['READY=1', 'STATUS=2 watch']]);
});

test('a picture that stands while somebody watches is not fed, and one that moves again is', async () => {
  const { watchdog, state, said, fed } = device();
  watchdog.start();
  state.cameras = [{ feed: 'door', live: true, frameAgeMs: 31_000 }];
  await vi.advanceTimersByTimeAsync(30_000);
  expect(said.filter(([word]) => word?.startsWith('STATUS=not well: door'))).not.toEqual([]);
  expect(fed()).toBe(0);
  state.cameras = [{ feed: 'door', live: true, frameAgeMs: 40 }];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fed()).toBe(1);
  watchdog.stop();
});

test('a store that hangs is not fed and not asked twice; one that says it is full is well', async () => {
  const { watchdog, state, fed } = device();
  let answer: () => void = () => {};
  state.store = () => new Promise<void>((resolve) => (answer = resolve));
  watchdog.start();
  await vi.advanceTimersByTimeAsync(41_000);
  expect(fed()).toBe(4);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(fed()).toBe(0);
  expect(state.asked).toBe(1);
  answer();
  state.store = () => Promise.reject(new Error('no space left on device'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fed()).toBe(6);
  watchdog.stop();
});

test('an event loop that was late once misses one meal, not all of them', async () => {
  const { watchdog, fed } = device();
  watchdog.start();
  await vi.advanceTimersByTimeAsync(10_500);
  expect(fed()).toBe(1);
  // Nothing runs for 8 s: what a blocked event loop is.
  vi.setSystemTime(Date.now() + 8_000);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(fed()).toBe(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fed()).toBe(1);
  watchdog.stop();
});
