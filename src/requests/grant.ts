import type { Grant } from '../protocol/access.ts';
import type { RequestKind } from './kind.ts';
import { requireKnownLocks } from './known-locks.ts';

/** Allows somebody who is known something, in the place of a grant of theirs or beside it. */
export const grantRequest: RequestKind<'grant'> = {
  type: 'grant',
  scope: () => 'admin',
  keeps: true,
  once: true,
  words: () => 'change what somebody may',
  async run({ id: _, type: __, ...wanted }, { access, asker, answered, locks }) {
    requireKnownLocks(wanted, locks);
    const word = (grant: Grant) => ({ state: 'done', result: { grant } }) as const;
    return word(await access.grant(asker.peer, wanted, (grant) => answered(word(grant))));
  },
};
