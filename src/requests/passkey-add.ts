import type { RequestKind } from './kind.ts';

/** Takes up the passkey that a browser made. */
export const passkeyAddRequest: RequestKind<'passkey-add'> = {
  type: 'passkey-add',
  keeps: true,
  once: true,
  words: () => 'add a passkey',
  async run({ made, label }, { access, asker, answered }) {
    await access.passkeys.add(asker.peer, made, label, answered({ state: 'done' }));
    return { state: 'done' };
  },
};
