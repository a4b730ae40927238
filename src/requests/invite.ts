import type { RequestKind } from './kind.ts';

/** Asks somebody in, by a link or a code, with no more than the asker may. */
export const inviteRequest: RequestKind<'invite'> = {
  type: 'invite',
  keeps: true,
  words: ({ name }) => `invite ${name}`,
  run: async ({ id: _, type: __, code, ...wanted }, { access, asker }) => ({
    state: 'done',
    result: await (code ? access.inviteByCode(asker.peer, wanted) : access.invite(asker.peer, wanted)),
  }),
};
