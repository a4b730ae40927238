import type { RequestKind } from './kind.ts';

/** Gives a one-time challenge, for what moves something. */
export const challengeRequest: RequestKind<'challenge'> = {
  type: 'challenge',
  keeps: true,
  words: () => 'get ready',
  run: (_, { challenges, clock }) => ({
    state: 'done',
    result: { challenge: challenges.give(clock.now()) },
  }),
};
