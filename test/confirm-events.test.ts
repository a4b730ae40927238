import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { tellConfirmations } from '../src/confirm-events.ts';
import type { ConfirmationChange } from '../src/second-steps/waiting.ts';

/** A device whose box calls `phones`, and whose gate calls nobody. */
function device() {
  const did: unknown[] = [];
  let heard: (change: ConfirmationChange) => void = () => undefined;
  let next = 0;
  tellConfirmations({
    locks: [
      { name: 'box', title: 'Parcel box', feed: 'inside', ask: ['phones'] },
      { name: 'gate', title: 'Gate', ask: [] },
    ],
    waiting: {
      onChange: (listener) => {
        heard = listener;
        return () => undefined;
      },
    },
    alarms: {
      note: (event) => {
        did.push(['note', event.severity, event.title, event.feed]);
        return { id: `e${++next}`, time: 0, snapshot: false, ...event };
      },
      change: async (id, change) => void did.push(['over', id, Object.keys(change)]),
    },
    actions: {
      run: async (names, { event, on }) => void did.push(['run', names, event.id, on]),
      release: async ({ id }) => void did.push(['release', id]),
    },
    clock: systemClock,
  });
  const say = (type: ConfirmationChange['type'], lock: string, request = 'r1') =>
    heard({ type, confirmation: { request, lock, name: 'Anna', until: 0 } });
  return { did, say };
}

test('an unlock that waits for somebody else calls them, until it does not', () => {
  const { did, say } = device();
  say('confirm', 'box');
  say('confirm-over', 'box');
  say('confirm-over', 'box');
  expect(did).toEqual([
    ['note', 'warning', 'Anna asks to open Parcel box', 'inside'],
    ['run', ['phones'], 'e1', 'raise'],
    ['over', 'e1', ['clearedAt']],
    ['release', 'e1'],
  ]);
});

test('a lock that calls nobody makes no event of it', () => {
  const { did, say } = device();
  say('confirm', 'gate');
  say('confirm-over', 'gate');
  expect(did).toEqual([]);
});
