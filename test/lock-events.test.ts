import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { tellLockEvents } from '../src/lock-events.ts';
import type { LockNews } from '../src/locks/locks.ts';
import { lockProfile } from '../src/locks/profile.ts';
import type { DeviceEvent } from '../src/protocol/alarm.ts';
import type { LockStatus } from '../src/protocol/lock.ts';
import { quiet, until } from './media/ready.ts';

const lock = {
  ...lockProfile('box', {
    kind: 'simulated',
    options: {},
    open: () => {
      throw new Error('not opened');
    },
    unpowered: 'locked',
    feed: 'inside',
    relockOnClose: true,
    leftOpen: 1,
    moves: 1,
    keyed: false,
    ask: [],
    do: ['snapshot inside', 'tell'],
  } as never),
  title: 'Parcel box',
};

/** Locks that say what they are told to, and what came of it. */
function watched(kept: (id: string) => Uint8Array | undefined = () => undefined) {
  const heard: { tell(news: LockNews): void; change(status: LockStatus): void } = {
    tell: () => undefined,
    change: () => undefined,
  };
  const did: unknown[] = [];
  let next = 0;
  tellLockEvents({
    locks: {
      statuses: [],
      onChange: (listener) => {
        heard.change = listener;
        return () => undefined;
      },
      onNews: (listener) => {
        heard.tell = listener;
        return () => undefined;
      },
    },
    alarms: {
      note: (event) => {
        const noted: DeviceEvent = { id: `e${++next}`, time: 0, snapshot: false, ...event };
        did.push(['note', noted.severity, noted.title, noted.feed, noted.detail]);
        return noted;
      },
      change: async (id, change) => void did.push(['over', id, Object.keys(change)]),
    },
    actions: {
      run: async (names, { event }) => void did.push(['run', names, event.id]),
      release: async ({ id }) => void did.push(['release', id]),
    },
    pictures: {
      of: async ({ id }) => Buffer.from(`picture of ${id}`),
      kept: async (id) => kept(id),
    },
    audit: async ({ title, picture, detail }) =>
      void did.push(['trail', title, picture, ...(detail ? [detail.event] : [])]),
    clock: systemClock,
    log: quiet,
  });
  return { heard, did };
}

test('what is wrong with a lock is an event with its actions, and in the trail, until it is over', () => {
  const { heard, did } = watched();
  heard.tell({ lock, trouble: 'forced', over: false, reason: undefined });
  heard.tell({ lock, trouble: 'not-locked', over: false, reason: 'busy' });
  heard.tell({ lock, trouble: 'forced', over: true, reason: undefined });
  heard.tell({ lock, trouble: 'jammed', over: true, reason: undefined });
  expect(did).toEqual([
    ['note', 'critical', 'Parcel box: opened without an unlock', 'inside', undefined],
    ['run', ['snapshot inside', 'tell'], 'e1'],
    ['trail', 'Parcel box: opened without an unlock', undefined],
    ['note', 'warning', 'Parcel box: could not be locked', 'inside', 'busy'],
    ['run', ['snapshot inside', 'tell'], 'e2'],
    ['trail', 'Parcel box: could not be locked', undefined],
    ['over', 'e1', ['clearedAt']],
    ['release', 'e1'],
  ]);
});

test('who opened a lock is an event with the picture of that moment, whose hash is in the trail', async () => {
  const { heard, did } = watched();
  const status = { lock: 'box', title: 'Parcel box', feed: 'inside', since: 0, by: 'Anna', leftOpen: false };
  for (const state of ['locked', 'unlocking', 'unlocked', 'unlocked', 'unknown', 'unlocked'] as const)
    heard.change({ ...status, state });
  await until('the picture', () => did.length > 1);
  expect(did).toEqual([
    ['note', 'info', 'Parcel box: unlocked', 'inside', 'by Anna'],
    [
      'trail',
      'a picture of Parcel box as it opened for Anna',
      createHash('sha256').update('picture of e1').digest('base64url'),
    ],
  ]);
});

test('the hash is that of the picture as it is kept, with what was written onto it, and the event is named', async () => {
  const { heard, did } = watched((id) => Buffer.from(`picture of ${id} at 14:02`));
  const status = { lock: 'box', title: 'Parcel box', feed: 'inside', since: 0, leftOpen: false };
  for (const state of ['locked', 'unlocking', 'unlocked'] as const) heard.change({ ...status, state });
  await until('the picture', () => did.length > 1);
  expect(did.at(-1)).toEqual([
    ...['trail', 'a picture of Parcel box as it opened'],
    ...[createHash('sha256').update('picture of e1 at 14:02').digest('base64url'), 'e1'],
  ]);
});
