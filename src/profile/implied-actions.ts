import { ActionEntry } from './alarm-schema.ts';
import type { ProfileFile } from './schema.ts';

/**
 * What a rule's `feed` means: its picture goes to all who stand by, and a snapshot and a clip are kept, unless the rule
 * names actions of its own for that. Their names have a space, which no name in a profile has.
 */
export function withImpliedActions(file: ProfileFile): ProfileFile {
  const actions = { ...file.actions };
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
      const implied = wanted.map((kind) => {
        const action = `${kind} ${feed}`;
        actions[action] ??= ActionEntry.parse({ kind, feed });
        return action;
      });
      // First of all the picture: somebody waits for it.
      return [name, { ...rule, do: [...implied, ...rule.do] }];
    }),
  );
  return { ...file, actions, rules };
}
