import type { Actions } from './actions/actions.ts';
import type { Alarms } from './alarms.ts';
import type { Clock } from './clock.ts';
import type { LockProfile } from './locks/profile.ts';
import type { DeviceEvent } from './protocol/alarm.ts';
import type { WaitingUnlocks } from './second-steps/waiting.ts';

export interface ConfirmEventsParts {
  readonly locks: readonly Pick<LockProfile, 'name' | 'title' | 'feed' | 'ask'>[];
  readonly waiting: Pick<WaitingUnlocks, 'onChange'>;
  readonly alarms: Pick<Alarms, 'note' | 'change'>;
  readonly actions: Pick<Actions, 'run' | 'release'>;
  readonly clock: Clock;
}

/** Calls people to an unlock that waits for one of them, by the actions of its lock: their page may be closed. */
export function tellConfirmations({ locks, waiting, alarms, actions, clock }: ConfirmEventsParts): void {
  const going = new Map<string, DeviceEvent>();
  waiting.onChange(({ type, confirmation: { request, lock: name, name: asker } }) => {
    if (type === 'confirm-over') {
      const event = going.get(request);
      going.delete(request);
      if (!event) return;
      void alarms.change(event.id, { clearedAt: clock.wall() });
      void actions.release(event);
      return;
    }
    const lock = locks.find((one) => one.name === name);
    if (!lock || lock.ask.length === 0) return;
    const event = alarms.note({
      ...{ type: 'device', severity: 'warning', title: `${asker} asks to open ${lock.title}` },
      detail: 'somebody else has to allow it, on the page',
      ...(lock.feed === undefined ? {} : { feed: lock.feed }),
    });
    going.set(request, event);
    void actions.run(lock.ask, { event, on: 'raise' });
  });
}
