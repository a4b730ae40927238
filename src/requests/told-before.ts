import type { Asked } from '../access/trust/operations.ts';
import { VedetteError } from '../errors.ts';
import type { LastWord } from './exchange.ts';

/**
 * What whoever asks again is told by what is kept of it; undefined where nobody has asked it yet.
 * @throws VedetteError `request/other`, `request/interrupted`
 */
export function toldBefore(asked: Asked): LastWord | undefined {
  if (asked.result === 'new') return undefined;
  if (asked.result === 'other') throw new VedetteError('request/other');
  if (!asked.receipt || asked.receipt.state === 'accepted') throw new VedetteError('request/interrupted');
  const { id: _, ...last } = asked.receipt;
  return { ...last, repeated: true };
}
