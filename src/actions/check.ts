import { VedetteError } from '../errors.ts';
import type { CheckNote } from './kind.ts';
import { actionKinds } from './kinds.ts';

/** What `vedette check` says of an action. */
export interface ActionNote extends CheckNote {
  readonly action: string;
}

/** Says who will see and read what, and what is missing on this machine. Runs nothing. */
export async function checkActions(
  entries: readonly { readonly name: string; readonly kind: string; readonly options: unknown }[],
): Promise<readonly ActionNote[]> {
  const notes = await Promise.all(
    entries.map(async ({ name, kind, options }) => {
      const row = actionKinds.find((row) => row.kind === kind);
      // Options that came from this kind's own schema are of its type; the table has lost which.
      const check = row?.check as ((options: unknown) => Promise<readonly CheckNote[]>) | undefined;
      const told = await check?.(options).catch((error: unknown) => {
        if (error instanceof VedetteError) return [{ text: error.message, problem: error }];
        throw error;
      });
      return (told ?? []).map((note) => ({ ...note, action: name }));
    }),
  );
  return notes.flat();
}
