import { denialError } from '../access/denial.ts';
import { VedetteError } from '../errors.ts';
import type { RequestKind } from './kind.ts';
import { titleOf } from './titles.ts';

/** Locks: always allowed to whoever may unlock, also when the trail cannot be written and no grant holds just now. */
export const lockRequest: RequestKind<'lock'> = {
  type: 'lock',
  keeps: true,
  words: ({ lock }, { locks }) => `lock ${titleOf(lock, locks)}`,
  async run({ lock }, { access, trust, locks, asker, about, log, accepted }) {
    const decision = access.mayLock(asker.peer, lock);
    if (!decision.allowed) throw denialError(decision);
    if (!locks.statuses.some((status) => status.lock === lock))
      throw new VedetteError('lock/unknown', { lock });
    const title = titleOf(lock, locks);
    accepted();
    const outcome = await locks.lock(lock, access.nameOf(asker.peer));
    const said = outcome.done ? `locked ${title}` : `tried to lock ${title}: ${outcome.reason}`;
    trust
      .commit({ audit: [{ ...about, type: 'lock', title: `${about.name} ${said}`, lock }] })
      .catch((error: unknown) => log.warn({ lock, err: error }, 'locked without an entry in the trail'));
    if (outcome.done) return { state: 'done' };
    return { state: 'refused', code: outcome.code, reason: outcome.reason };
  },
};
