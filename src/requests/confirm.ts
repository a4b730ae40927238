import { denialError } from '../access/denial.ts';
import { VedetteError } from '../errors.ts';
import type { RequestKind } from './kind.ts';
import { titleOf } from './titles.ts';

/** Allows or declines what another person asks of a lock that needs two. */
export const confirmRequest: RequestKind<'confirm'> = {
  type: 'confirm',
  keeps: true,
  words: ({ lock, allow }, { locks }) =>
    `${allow ? 'confirm' : 'decline'} that ${titleOf(lock, locks)} is opened`,
  async run({ of, lock, allow, challenge }, context) {
    const { access, trust, locks, waiting, challenges, clock, asker, about } = context;
    const spent = challenges.spend(challenge, clock.now());
    const decision = access.authorize(asker.peer, `unlock:${lock}`, {
      doorClosed: (name) => locks.doorClosed(name),
    });
    if (!decision.allowed) throw denialError(decision);
    if (spent !== 'fresh') throw new VedetteError(spent === 'late' ? 'request/late' : 'request/challenge');
    const proof = { peer: asker.peer, allow };
    const { declined } = await waiting.prove('person', { request: of, lock }, proof, context, about);
    if (declined) await trust.commit({ audit: [declined] });
    return { state: 'done' };
  },
};
