import { knownCounter } from '../inviting.ts';
import type { KnownCopy } from './known-people.ts';
import type { TrustRow } from './row.ts';

export interface WithKnown {
  readonly rows: readonly TrustRow[];
  /** People, keys and grants that only the copy has. */
  readonly fromCopy: number;
  /** Those that the store has and the copy has not. */
  readonly takenBack: number;
}

/**
 * What a damaged store still says of people, and what the copy beside the device's key says. The copy is written before
 * anything that is taken back is acknowledged, and its number goes into the store: one that is older than the store says
 * nothing, and what is missing in a newer one was taken back.
 * @param now wall time in ms
 */
export function withKnown(found: readonly TrustRow[], copy: KnownCopy | undefined, now: number): WithKnown {
  const counted = found.find(({ kind, id }) => kind === 'counter' && id === knownCounter);
  const number = counted?.kind === 'counter' ? counted.body.value : 0;
  if (!copy || copy.number < number) return { rows: found, fromCopy: 0, takenBack: 0 };
  const name = ({ kind, id }: TrustRow) => `${kind} ${id}`;
  const copied = new Map(copy.rows.map((row) => [name(row), row]));
  let takenBack = 0;
  const rows = found.map((row): TrustRow => {
    const known = copied.get(name(row));
    copied.delete(name(row));
    if (row.kind === 'counter') return known?.kind === 'counter' ? later(row, known) : row;
    // A code is worth what its grant is.
    if (row.kind === 'code') return row;
    if (row.kind === 'invitation' && (!row.body.recovery || row.body.usedAt !== undefined)) return row;
    // Uses that were counted last may be in one of them only.
    if (row.kind === 'grant' && known?.kind === 'grant')
      return { ...row, body: { ...row.body, used: Math.max(row.body.used, known.body.used) } };
    if (known || row.body.revokedAt !== undefined) return row;
    takenBack += 1;
    return ended(row, now);
  });
  const fromCopy = [...copied.values()].filter(({ kind }) => kind !== 'counter').length;
  return { rows: [...rows, ...copied.values()], fromCopy, takenBack };
}

type Revocable = Exclude<TrustRow, { kind: 'counter' | 'code' }>;

function ended(row: Revocable, revokedAt: number): Revocable {
  switch (row.kind) {
    case 'invitation':
      return { ...row, body: { ...row.body, revokedAt } };
    case 'person':
      return { ...row, body: { ...row.body, revokedAt } };
    case 'key':
      return { ...row, body: { ...row.body, revokedAt } };
    case 'passkey':
      return { ...row, body: { ...row.body, revokedAt } };
    case 'grant':
      return { ...row, body: { ...row.body, revokedAt } };
  }
}

type Counter = Extract<TrustRow, { kind: 'counter' }>;

function later(row: Counter, known: Counter): Counter {
  return { ...row, body: { ...row.body, value: Math.max(row.body.value, known.body.value) } };
}
