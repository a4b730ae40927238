import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { tellLockEvents } from '../src/lock-events.ts';
import type { LockNews } from '../src/locks/locks.ts';
import { lockProfile } from '../src/locks/profile.ts';
import type { DeviceEvent } from '../src/protocol/alarm.ts';

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
    do: ['snapshot inside', 'tell'],
  } as never),
  title: 'Parcel box',
};

test('what is wrong with a lock is an event with its actions, until it is over', () => {
  const heard: { tell(news: LockNews): void } = { tell: () => undefined };
  const did: unknown[] = [];
  let next = 0;
  tellLockEvents({
    locks: {
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
    clock: systemClock,
  });
  heard.tell({ lock, trouble: 'forced', over: false, reason: undefined });
  heard.tell({ lock, trouble: 'not-locked', over: false, reason: 'busy' });
  heard.tell({ lock, trouble: 'forced', over: true, reason: undefined });
  heard.tell({ lock, trouble: 'jammed', over: true, reason: undefined });
  expect(did).toEqual([
    ['note', 'critical', 'Parcel box: opened without an unlock', 'inside', undefined],
    ['run', ['snapshot inside', 'tell'], 'e1'],
    ['note', 'warning', 'Parcel box: could not be locked', 'inside', 'busy'],
    ['run', ['snapshot inside', 'tell'], 'e2'],
    ['over', 'e1', ['clearedAt']],
    ['release', 'e1'],
  ]);
});
