import { createHash } from 'node:crypto';
import type { Actions } from './actions/actions.ts';
import type { Pictures } from './actions/pictures.ts';
import type { Alarms } from './alarms.ts';
import type { Clock } from './clock.ts';
import type { LockNews, Locks } from './locks/locks.ts';
import type { LockTrouble } from './locks/states.ts';
import type { Logger } from './log.ts';
import type { AuditDraft } from './protocol/access.ts';
import type { DeviceEvent, Severity } from './protocol/alarm.ts';
import type { LockStatus } from './protocol/lock.ts';

export interface LockEventsParts {
  readonly locks: Pick<Locks, 'statuses' | 'onNews' | 'onChange'>;
  readonly alarms: Pick<Alarms, 'note' | 'change'>;
  readonly actions: Pick<Actions, 'run' | 'release'>;
  readonly pictures: Pick<Pictures, 'of' | 'kept'>;
  /** Writes into the trail; rejects where it cannot. */
  readonly audit: (draft: AuditDraft) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Logger;
}

const words: Readonly<Record<LockTrouble, { readonly severity: Severity; readonly title: string }>> = {
  forced: { severity: 'critical', title: 'opened without an unlock' },
  jammed: { severity: 'warning', title: 'jammed' },
  'left-open': { severity: 'warning', title: 'left open' },
  'not-locked': { severity: 'warning', title: 'could not be locked' },
};

/**
 * Makes events and lines of the trail of what locks do: of who opened one, with the picture of that moment, and of what is
 * wrong with one, with what the profile does then, until it is over.
 */
export function tellLockEvents(parts: LockEventsParts): void {
  const { locks, alarms, actions, clock } = parts;
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
    write(parts, { type: 'lock', title: event.title, lock: lock.name });
  });
  const before = new Map(locks.statuses.map(({ lock, state }) => [lock, state]));
  locks.onChange((status) => {
    const opened = status.state === 'unlocked' && before.get(status.lock) === 'unlocking';
    before.set(status.lock, status.state);
    if (opened) void tellOpened(parts, status);
  });
}

/** Nobody waits for the picture: a camera that was closed takes seconds. */
async function tellOpened(parts: LockEventsParts, { lock, title, feed, by }: LockStatus): Promise<void> {
  const event = parts.alarms.note({
    ...{ type: 'device', severity: 'info', title: `${title}: unlocked` },
    ...(by === undefined ? {} : { detail: `by ${by}` }),
    ...(feed === undefined ? {} : { feed }),
  });
  if (feed === undefined) return;
  try {
    const taken = await parts.pictures.of(event);
    // What is kept may have its time written onto it.
    const kept = await parts.pictures.kept(event.id);
    const picture = createHash('sha256')
      .update(kept ?? taken)
      .digest('base64url');
    const detail = kept ? { detail: { event: event.id } } : {};
    const whose = by === undefined ? '' : ` for ${by}`;
    write(parts, {
      type: 'lock',
      title: `a picture of ${title} as it opened${whose}`,
      lock,
      feed,
      picture,
      ...detail,
    });
  } catch (error) {
    parts.log.warn({ lock, err: error }, 'there is no picture of an unlock');
  }
}

function write({ audit, log }: LockEventsParts, draft: AuditDraft): void {
  audit(draft).catch((error: unknown) => log.warn({ err: error }, `not in the trail: ${draft.title}`));
}
