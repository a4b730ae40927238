import type { RequestKind } from './kind.ts';

/** Ends what a person, a key, a grant or an invitation may, at once. */
export const revokeRequest: RequestKind<'revoke'> = {
  type: 'revoke',
  keeps: true,
  words: ({ what }) => `revoke a${what === 'invitation' ? 'n' : ''} ${what}`,
  async run({ what, of }, { access, asker }) {
    await access.revoke(asker.peer, what, of);
    return { state: 'done' };
  },
};
