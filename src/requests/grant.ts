import type { RequestKind } from './kind.ts';

/** Allows somebody who is known something, in the place of a grant of theirs or beside it. */
export const grantRequest: RequestKind<'grant'> = {
  type: 'grant',
  keeps: true,
  words: () => 'change what somebody may',
  run: async ({ id: _, type: __, ...wanted }, { access, asker }) => ({
    state: 'done',
    result: { grant: await access.grant(asker.peer, wanted) },
  }),
};
