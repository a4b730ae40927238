import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { feedAction } from '../../src/actions/feed.ts';
import type { DeviceParts } from '../../src/actions/kind.ts';
import { Pictures } from '../../src/actions/pictures.ts';
import { recordAction } from '../../src/actions/record.ts';
import { ringAction } from '../../src/actions/ring.ts';
import { snapshotAction } from '../../src/actions/snapshot.ts';
import { opened, unstopped } from './opened.ts';
import { occasion } from './parts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const nowhere = { ...occasion(), event: { ...occasion().event, feed: undefined as never } };

/** Feeds that are shown, and how often each was. */
function shows() {
  const showing = new Map<string, number>();
  let gaps = 0;
  const showFeed: DeviceParts['showFeed'] = (feed) => {
    showing.set(feed, (showing.get(feed) ?? 0) + 1);
    return () => {
      showing.set(feed, (showing.get(feed) ?? 0) - 1);
      if (showing.get(feed) === 0) gaps++;
    };
  };
  return { showFeed, shown: (feed: string) => (showing.get(feed) ?? 0) > 0, gaps: () => gaps };
}

test('a feed is shown for its time, begun anew with each occasion, without a gap', async () => {
  const { showFeed, shown, gaps } = shows();
  const { action } = await opened(feedAction, { for: '60s' }, { showFeed });
  await action.run(occasion(), unstopped);
  await pass(50_000);
  await action.run(occasion({ id: 'b' }), unstopped);
  await pass(50_000);
  expect(shown('machine')).toBe(true);
  expect(gaps()).toBe(0);
  await pass(10_000);
  expect(shown('machine')).toBe(false);
});

test('an alarm that is over leaves the picture: who looks sees that it is', async () => {
  const { showFeed, shown } = shows();
  const { action } = await opened(feedAction, {}, { showFeed });
  await action.run(occasion(), unstopped);
  await action.release?.(occasion().event);
  expect(shown('machine')).toBe(true);
});

test('a stop ends what is shown', async () => {
  const { showFeed, shown } = shows();
  const { action, stop } = await opened(feedAction, { feed: 'yard' }, { showFeed });
  await action.run(occasion(), unstopped);
  expect(shown('yard')).toBe(true);
  expect(shown('machine')).toBe(false);
  await stop();
  expect(shown('yard')).toBe(false);
});

test('actions on a feed say where neither they nor the rule name one', async () => {
  for (const kind of [feedAction, recordAction, ringAction, snapshotAction] as const) {
    const { action } = await opened(kind as typeof feedAction, {});
    await expect(action.run(nowhere, unstopped)).rejects.toMatchObject({ code: 'action/no-feed' });
  }
});

test('occasions that come while a clip is written make it longer', async () => {
  const done = Promise.withResolvers<string>();
  const spans: unknown[] = [];
  const record: DeviceParts['record'] = (feed, event, span) => {
    spans.push({ feed, event: event.id, ...span });
    return { clip: done.promise, extend: (ms) => void spans.push(ms) };
  };
  const { action } = await opened(recordAction, { before: '5s', after: '15s' }, { record });
  await action.run(occasion(), unstopped);
  await action.run(occasion({}, 'escalate'), unstopped);
  done.resolve('a.mp4');
  await pass(0);
  await action.run(occasion(), unstopped);
  const begun = { feed: 'machine', event: '0193-a', beforeMs: 5_000, afterMs: 15_000 };
  expect(spans).toEqual([begun, 15_000, begun]);
});

test.each([
  ['action/failed', () => Promise.reject(new Error('disk full'))],
  ['action/no-clip', () => Promise.resolve(undefined)],
])('a clip that could not be written is told: %s', async (code, clip) => {
  const record: DeviceParts['record'] = () => ({ clip: clip(), extend: () => {} });
  const { action, failures } = await opened(recordAction, {}, { record });
  await action.run(occasion(), unstopped);
  await pass(0);
  expect(failures.map(({ error, event }) => [error.code, event?.id])).toEqual([[code, '0193-a']]);
});

test('a ring carries its times, chime and replies', async () => {
  const ring = vi.fn<DeviceParts['ring']>();
  const replies = { leave: { title: 'Leave it', say: 'Please leave it at the door' } };
  const { action } = await opened(ringAction, { chime: { file: 'ding.wav' }, replies }, { ring });
  await action.run(occasion({ type: 'ring', feed: 'door' }), unstopped);
  expect(ring).toHaveBeenCalledExactlyOnceWith(
    'door',
    expect.objectContaining({ on: 'raise' }),
    expect.objectContaining({ after: 30_000, message: 30_000, chime: { file: 'ding.wav' }, replies }),
  );
});

test('a reply is a file or words, not both and not neither', () => {
  for (const reply of [{ title: 'a' }, { title: 'a', say: 'b', file: 'c' }]) {
    expect(ringAction.options.safeParse({ replies: { a: reply } }).success).toBe(false);
  }
  expect(
    ringAction.options.safeParse({ message: false, replies: { a: { title: 'a', file: 'c' } } }).success,
  ).toBe(true);
});

test('an event has one picture, whoever asks, and keeps the one it has', async () => {
  let taken = 0;
  const store = { addSnapshot: vi.fn(async () => {}), snapshotPath: () => undefined };
  const pictures = new Pictures(store, async () => Uint8Array.of(++taken));
  const { action } = await opened(snapshotAction, {}, { pictures });
  const [, picture] = await Promise.all([action.run(occasion(), unstopped), pictures.of(occasion().event)]);
  expect(picture).toEqual(Uint8Array.of(1));
  expect(store.addSnapshot).toHaveBeenCalledExactlyOnceWith('0193-a', Uint8Array.of(1));
});
