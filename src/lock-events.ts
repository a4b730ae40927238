import type { Actions } from './actions/actions.ts';
import type { Alarms } from './alarms.ts';
import type { Clock } from './clock.ts';
import type { LockNews, Locks } from './locks/locks.ts';
import type { LockTrouble } from './locks/states.ts';
import type { DeviceEvent, Severity } from './protocol/alarm.ts';

export interface LockEventsParts {
  readonly locks: Pick<Locks, 'onNews'>;
  readonly alarms: Pick<Alarms, 'note' | 'change'>;
  readonly actions: Pick<Actions, 'run' | 'release'>;
  readonly clock: Clock;
}

const words: Readonly<Record<LockTrouble, { readonly severity: Severity; readonly title: string }>> = {
  forced: { severity: 'critical', title: 'opened without an unlock' },
  jammed: { severity: 'warning', title: 'jammed' },
  'left-open': { severity: 'warning', title: 'left open' },
  'not-locked': { severity: 'warning', title: 'could not be locked' },
};

/** Makes what is wrong with a lock an event, with its picture and what the profile does then, until it is over. */
export function tellLockEvents({ locks, alarms, actions, clock }: LockEventsParts): void {
  const going = new Map<string, DeviceEvent>();
  locks.onNews(({ lock, trouble, over, reason }: LockNews) => {
    const key = `${lock.name} ${trouble}`;
    if (over) {
      const event = going.get(key);
      going.delete(key);
      if (!event) return;
      void alarms.change(event.id, { clearedAt: clock.wall() });
      void actions.release(event);
      return;
    }
    const { severity, title } = words[trouble];
    const event = alarms.note({
      ...{ type: 'alarm', severity, title: `${lock.title}: ${title}` },
      ...(reason === undefined ? {} : { detail: reason }),
      ...(lock.feed === undefined ? {} : { feed: lock.feed }),
    });
    going.set(key, event);
    void actions.run(lock.do, { event, on: 'raise' });
  });
}
