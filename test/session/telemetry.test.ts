import { afterEach, expect, test, vi } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import type { TelemetryMessage } from '../../src/protocol/reading.ts';
import { Telemetry } from '../../src/session/telemetry.ts';
import type { DataChannel } from '../../src/transport/channel.ts';

afterEach(() => vi.useRealTimers());

/** A viewer's channel that takes messages while `drained`. */
class Channel implements DataChannel {
  readonly label = 'telemetry';
  drained = true;
  readonly messages: TelemetryMessage[] = [];
  send(text: string): boolean {
    this.messages.push(TelemetryMessageOf(text));
    return true;
  }
  flushed = () => Promise.resolve();
}

const TelemetryMessageOf = (text: string) => JSON.parse(text) as TelemetryMessage;

function device() {
  const clock = { at: 0, now: () => clock.at as MonotonicMs, wall: () => (1_000 + clock.at) as WallMs };
  let values: Record<string, number> = {};
  const telemetry = new Telemetry(clock, () => values);
  return {
    telemetry,
    /** 100 ms, in which the values become these. */
    pass(next: Record<string, number> = values) {
      values = next;
      clock.at += 100;
      telemetry.tick();
    },
  };
}

test('at first all values are said, then what changed, and nothing while nothing does', () => {
  const { telemetry, pass } = device();
  const channel = new Channel();
  const leave = telemetry.join(channel);
  pass({ a: 1, b: 2 });
  pass({ a: 1, b: 3 });
  for (let n = 0; n < 100; n += 1) pass();
  leave?.();
  // Once more all, because what was lost is not sent again; then silence.
  expect(channel.messages.map(({ values }) => values)).toEqual([{ a: 1, b: 2 }, { b: 3 }, { a: 1, b: 3 }]);
  expect(channel.messages.map(({ seq }) => seq)).toEqual([0, 1, 2]);
});

test('a viewer that is behind hears nothing old: when it has caught up, everything as it is now', () => {
  const { telemetry, pass } = device();
  const slow = new Channel();
  const other = new Channel();
  const leaves = [telemetry.join(slow), telemetry.join(other)];
  pass({ a: 0, b: 0 });
  slow.drained = false;
  for (let n = 1; n <= 5; n += 1) pass({ a: n, b: 7 });
  slow.drained = true;
  pass({ a: 6, b: 7 });
  for (const leave of leaves) leave?.();
  expect(slow.messages.slice(1).map(({ values }) => values)).toEqual([{ a: 6, b: 7 }]);
  expect(other.messages).toHaveLength(7);
  expect(other.messages.at(-1)?.values).toEqual({ a: 6 });
});

test('a message is written once, whoever reads it', () => {
  const { telemetry, pass } = device();
  const channels = Array.from({ length: 50 }, () => new Channel());
  const leaves = channels.map((channel) => telemetry.join(channel));
  pass({ a: 0 });
  const stringify = vi.spyOn(JSON, 'stringify');
  pass({ a: 1 });
  expect(stringify).toHaveBeenCalledTimes(1);
  stringify.mockRestore();
  for (const leave of leaves) leave?.();
});

test('ten messages a second at most, and no timer when nobody listens', () => {
  vi.useFakeTimers();
  let value = 0;
  const clock = { now: () => performance.now() as MonotonicMs, wall: () => 0 as WallMs };
  const telemetry = new Telemetry(clock, () => ({ a: value++ }));
  expect(telemetry.join({ ...new Channel(), label: 'events' } as unknown as DataChannel)).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
  const channel = new Channel();
  const leave = telemetry.join(channel);
  vi.advanceTimersByTime(1_000);
  expect(channel.messages).toHaveLength(10);
  leave?.();
  expect(vi.getTimerCount()).toBe(0);
});
