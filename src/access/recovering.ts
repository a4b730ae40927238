import { randomBytes } from 'node:crypto';
import { recoveryInvitation, writeRecoveryCode } from '../identity/recovery-code.ts';
import type { Grant } from '../protocol/access.ts';
import { ownerScopes } from '../protocol/scope.ts';
import { hashOf, invitationRow, ownerName } from './inviting.ts';
import type { Roll } from './roll.ts';
import type { AccessRow, InvitationBody } from './rows.ts';

const secretBytes = 16;

/** A recovery code, and what is kept of it. */
interface Recovery {
  readonly code: string;
  /** Of its invitation. */
  readonly id: string;
  /** With those that it ends. */
  readonly rows: readonly AccessRow[];
}

/**
 * Makes a code that lets an owner in who has lost every key: with a further key where there is one owner only, else as a
 * new owner.
 */
export async function newRecovery(roll: Roll, now: number): Promise<Recovery> {
  const secret = randomBytes(secretBytes).toString('base64url');
  const id = await recoveryInvitation(secret);
  const person = onlyOwner(roll);
  const body = {
    ...{
      id,
      name: ownerName,
      limits: {},
      createdAt: now,
      secretHash: hashOf(secret),
      recovery: true as const,
    },
    // It is never asked for: the code does not run out.
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...(person === undefined ? { scopes: [...ownerScopes] } : { scopes: [], person }),
  };
  return {
    ...{ code: writeRecoveryCode(secret), id },
    rows: [...openCodes(roll).map((code) => invitationRow({ ...code, revokedAt: now })), invitationRow(body)],
  };
}

/** Since when there is a recovery code that nobody used; undefined where there is none. */
export function recoverySince(roll: Roll): number | undefined {
  return openCodes(roll)[0]?.createdAt;
}

const openCodes = (roll: Roll): readonly InvitationBody[] =>
  roll.invitations.filter(
    ({ recovery, usedAt, revokedAt }) => recovery && usedAt === undefined && revokedAt === undefined,
  );

const isWhole = ({ scopes, limits, revokedAt }: Grant): boolean =>
  revokedAt === undefined && scopes.includes('admin') && Object.keys(limits).length === 0;

/** The id of the one person who may everything; undefined where nobody may, or several. */
function onlyOwner(roll: Roll): string | undefined {
  const owners = roll.list().filter(({ grants }) => grants.some(isWhole));
  return owners.length === 1 ? owners[0]?.id : undefined;
}
