import type { RequestKind } from './kind.ts';

/** Lists what happened, the newest first. */
export const activityRequest: RequestKind<'activity'> = {
  type: 'activity',
  scope: () => 'admin',
  keeps: false,
  words: () => 'see what happened',
  run: async ({ before, limit }, { trust }) => ({
    state: 'done',
    result: { entries: await trust.entries({ limit, ...(before === undefined ? {} : { before }) }) },
  }),
};
