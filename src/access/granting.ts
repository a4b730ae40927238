import type { Grant, GrantLimits } from '../protocol/access.ts';
import type { Scope } from '../protocol/scope.ts';
import { newId } from './inviting.ts';
import { revoked } from './revoking.ts';
import type { Roll } from './roll.ts';
import type { AccessRow } from './rows.ts';

/** What somebody is to be allowed. */
export interface GrantDraft {
  /** Their id. */
  readonly person: string;
  /** The grant in whose place it comes; absent: one more. */
  readonly instead?: string | undefined;
  readonly scopes: readonly Scope[];
  readonly limits: GrantLimits;
}

/** What is written down where somebody is allowed something else than before. */
export interface Granting {
  readonly grant: Grant;
  /** Codes of the grant before, which are of this one from now on. */
  readonly codes: readonly AccessRow[];
  /** What ends by it: the grant before, and recovery codes that only an owner may know. */
  readonly ends: readonly AccessRow[];
  readonly before: Grant | undefined;
}

/** A grant is replaced, not changed: what is used of it meanwhile is taken from the one that ends. */
export function granted(roll: Roll, draft: GrantDraft, now: number, createdBy: string | undefined): Granting {
  const { person, instead, scopes, limits } = draft;
  const before = instead === undefined ? undefined : roll.grant(instead);
  const ends = instead === undefined ? [] : revoked(roll, 'grant', instead, now).rows;
  const staysOwner = scopes.includes('admin');
  const id = newId();
  const codes = instead === undefined ? [] : roll.codes.filter((code) => code.grant === instead);
  return {
    codes: codes.map((code) => ({ kind: 'code', id: code.id, body: { ...code, grant: id } })),
    grant: {
      ...{ id, person, scopes: [...scopes], limits, createdAt: now, used: 0 },
      ...(createdBy === undefined ? {} : { createdBy }),
    },
    ends: ends.filter(({ kind }) => kind === 'grant' || !staysOwner),
    before,
  };
}

/** As the trail keeps it. */
export const grantDetail = ({ scopes, limits }: Grant): string => JSON.stringify({ scopes, limits });
