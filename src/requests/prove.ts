import type { RequestKind } from './kind.ts';
import { titleOf } from './titles.ts';

/** Proves by a passkey who it is that asked to open a lock. Its challenge is the unlock's own, so it carries none. */
export const proveRequest: RequestKind<'prove'> = {
  type: 'prove',
  keeps: true,
  words: ({ lock }, { locks }) => `be verified to open ${titleOf(lock, locks)}`,
  async run({ of, lock, assertion }, context) {
    const { trust, waiting, key, about } = context;
    const which = { request: of, lock };
    const { declined } = await waiting.prove('passkey', which, { key, assertion }, context, about);
    if (declined) await trust.commit({ audit: [declined] });
    return { state: 'done' };
  },
};
