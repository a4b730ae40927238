import { VedetteError } from '../errors.ts';
import { refusedBy } from './exchange.ts';
import type { RequestKind } from './kind.ts';
import { requireKnownLocks } from './known-locks.ts';

/** Asks somebody in, by a link or a code, with no more than the asker may. */
export const inviteRequest: RequestKind<'invite'> = {
  type: 'invite',
  scope: () => 'invite',
  keeps: true,
  once: true,
  words: ({ name }) => `invite ${name}`,
  async run({ id: _, type: __, code, ...wanted }, { access, asker, answered, locks }) {
    requireKnownLocks(wanted, locks);
    // Link and code are kept nowhere, so whoever asks again after a restart is told that it stands.
    const kept = answered(refusedBy(new VedetteError('request/told-once', { name: wanted.name })));
    const { peer } = asker;
    const invite = code ? access.inviteByCode(peer, wanted, kept) : access.invite(peer, wanted, kept);
    return { state: 'done', result: await invite };
  },
};
