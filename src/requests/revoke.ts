import type { RequestKind } from './kind.ts';

/** Ends what a person, a key, a grant or an invitation may, at once. */
export const revokeRequest: RequestKind<'revoke'> = {
  type: 'revoke',
  keeps: true,
  once: true,
  words: ({ what }) => `revoke a${what === 'invitation' ? 'n' : ''} ${what}`,
  async run({ what, of }, { access, asker, answered }) {
    await access.revoke(asker.peer, what, of, answered({ state: 'done' }));
    return { state: 'done' };
  },
};
