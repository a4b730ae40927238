import type { RequestKind } from './kind.ts';

/** Gives a person another name. */
export const renameRequest: RequestKind<'rename'> = {
  type: 'rename',
  keeps: true,
  once: true,
  words: ({ name }) => `call somebody "${name}"`,
  async run({ person, name }, { access, asker, answered }) {
    await access.rename(asker.peer, person, name, answered({ state: 'done' }));
    return { state: 'done' };
  },
};
