import { VedetteError } from '../errors.ts';

/** What went wrong with an action, as people read it. */
export function failureOf(action: string, thrown: unknown): VedetteError {
  if (thrown instanceof VedetteError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new VedetteError('action/failed', { action, detail });
}
