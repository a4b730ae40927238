import type { RequestKind } from './kind.ts';

/** Gives a person another name. */
export const renameRequest: RequestKind<'rename'> = {
  type: 'rename',
  keeps: true,
  words: ({ name }) => `call somebody "${name}"`,
  async run({ person, name }, { access, asker }) {
    await access.rename(asker.peer, person, name);
    return { state: 'done' };
  },
};
