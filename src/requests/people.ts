import type { RequestKind } from './kind.ts';

/** Lists people, what they may do, and who is asked in. */
export const peopleRequest: RequestKind<'people'> = {
  type: 'people',
  scope: () => 'admin',
  keeps: false,
  words: () => 'see the people',
  run: (_, { access }) => ({ state: 'done', result: access.people() }),
};
