import type { RequestKind } from './kind.ts';

/** Asks somebody in, with no more than the asker may. */
export const inviteRequest: RequestKind<'invite'> = {
  type: 'invite',
  keeps: true,
  words: ({ name }) => `invite ${name}`,
  run: async ({ id: _, type: __, ...wanted }, { access, asker }) => ({
    state: 'done',
    result: await access.invite(asker.peer, wanted),
  }),
};
