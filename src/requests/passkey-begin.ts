import type { RequestKind } from './kind.ts';

/** Gives what a browser makes a passkey with. */
export const passkeyBeginRequest: RequestKind<'passkey-begin'> = {
  type: 'passkey-begin',
  keeps: false,
  words: () => 'add a passkey',
  run: (_, { access, asker }) => ({ state: 'done', result: access.passkeys.begin(asker.peer) }),
};
