import { createHash, randomBytes } from 'node:crypto';
import type { GrantLimits } from '../protocol/access.ts';
import { ownerScopes, type Scope } from '../protocol/scope.ts';
import type { AccessRow, InvitationBody } from './rows.ts';

/** A link that is opened later than this was found, not given. */
export const pairingMs = 10 * 60_000;
/** No invitation stays open for longer. */
export const maxInvitationMs = 30 * 24 * 3_600_000;
/** Wrong secrets in all, over every restart, until somebody at the terminal looks: 2^128 is no nearer by so many. */
export const maxWrongTries = 1_000;
/** Names the row that counts them. */
export const wrongTriesCounter = 'wrong-pairing-tries';
/** Names the row that counts wrong codes at a keypad. A row's id has 64 characters, and a keypad's name 40. */
export const wrongCodesCounter = (keypad: string): string => `wrong-codes ${keypad}`;
/** Names the row with the latest time that was right. */
export const lastSeenCounter = 'last-seen';
/** Names the row with the number that the copy of who is known had then. */
export const knownCounter = 'known-copy';

const idBytes = 16;
const secretBytes = 16;

export const newId = (): string => randomBytes(idBytes).toString('base64url');

export interface InvitationDraft {
  readonly name: string;
  /** A further key of this person, with what they may already. */
  readonly person?: string | undefined;
  readonly scopes: readonly Scope[];
  readonly limits: GrantLimits;
  readonly expiresAt: number;
}

/** A new invitation, and the secret that opens it, which is nowhere else. */
export function draftInvitation(
  { name, person, scopes, limits, expiresAt }: InvitationDraft,
  createdAt: number,
  createdBy: string | undefined,
): { readonly body: InvitationBody; readonly secret: string } {
  const secret = randomBytes(secretBytes).toString('base64url');
  const body = {
    ...{ id: newId(), name, scopes: [...scopes], limits, createdAt, expiresAt, secretHash: hashOf(secret) },
    ...(person === undefined ? {} : { person }),
    ...(createdBy === undefined ? {} : { createdBy }),
  };
  return { body, secret };
}

/** Whoever pairs without being named says their name themselves. */
export const ownerName = 'Owner';

/** Of the terminal: every scope, no limit, ten minutes. */
export const pairingDraft = (now: number, name = ownerName): InvitationDraft => ({
  ...{ name, scopes: ownerScopes, limits: {}, expiresAt: now + pairingMs },
});

/** SHA-256, as signed statements name a secret. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export const invitationRow = (body: InvitationBody): AccessRow => ({ kind: 'invitation', id: body.id, body });
