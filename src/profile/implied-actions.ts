import { ActionEntry } from './alarm-schema.ts';
import type { ProfileFile } from './schema.ts';

/**
 * What `feed` means: its picture goes to all who stand by, and a snapshot and a clip are kept, unless a rule names actions
 * of its own for that. Of a lock there is no clip. The names of these actions have a space, which no name in a profile
 * has.
 */
export function withImpliedActions(file: ProfileFile): ProfileFile {
  const actions = { ...file.actions };
  const imply = (kind: string, feed: string) => {
    const action = `${kind} ${feed}`;
    actions[action] ??= ActionEntry.parse({ kind, feed });
    return action;
  };
  const rules = Object.fromEntries(
    Object.entries(file.rules).map(([name, rule]) => {
      const { feed, keep } = rule;
      if (feed === undefined) return [name, rule];
      const named = new Set(rule.do.map((action) => file.actions[action]?.kind));
      const wanted = [
        // A bell shows its door by itself.
        ...(named.has('feed') || named.has('ring') ? [] : ['feed']),
        ...(keep === 'nothing' || named.has('snapshot') ? [] : ['snapshot']),
        ...(keep !== 'clip' || named.has('record') ? [] : ['record']),
      ];
      // First of all the picture: somebody waits for it.
      return [name, { ...rule, do: [...wanted.map((kind) => imply(kind, feed)), ...rule.do] }];
    }),
  );
  const locks = Object.fromEntries(
    Object.entries(file.locks).map(([name, lock]) => {
      if (lock.feed === undefined) return [name, lock];
      return [name, { ...lock, do: [imply('feed', lock.feed), imply('snapshot', lock.feed), ...lock.do] }];
    }),
  );
  return { ...file, actions, rules, locks };
}
