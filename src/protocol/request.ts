import { z } from 'zod';
import { AuditEntry, Grant, GrantLimits, Invitation, Person } from './access.ts';
import { base64url } from './base64url.ts';
import { codeDigits, KeypadDescription } from './keypad.ts';
import { Assertion, NewCredential } from './passkey.ts';
import { Refused } from './refused.ts';
import { Scope } from './scope.ts';
import { SecondStepNeed } from './second-step.ts';

/** Longer requests are refused before they are read. */
export const maxRequestBytes = 8 * 1024;
/** How long a one-time challenge holds, on the device's monotonic clock. */
export const challengeMs = 10_000;
/** A receipt is given again for that long, across reconnects and restarts. */
export const receiptKeptMs = 24 * 3_600_000;

const id = z.uuid();
const Lock = z.string().max(64);
const Id = base64url(16);
/** The device's one-time challenge: whatever moves something carries one. */
const challenge = base64url(16);

/**
 * What a peer asks for, on the `control` channel, by `POST /api/requests`, or over a broker. `id` is the asker's own
 * (UUID, RFC 9562): the same one with the same content is the same request, however often it arrives, for
 * {@link receiptKeptMs}. What moves or changes something is not done again; what an `invite` gave is told once.
 */
export const Request = z.discriminatedUnion('type', [
  /** Gives `{ challenge }`. */
  z.strictObject({ id, type: z.literal('challenge') }),
  z.strictObject({ id, type: z.literal('unlock'), lock: Lock, challenge }),
  /** Somebody else's unlock of this lock, by its id: allows or declines it as its second step. */
  z.strictObject({ id, type: z.literal('confirm'), of: id, lock: Lock, allow: z.boolean(), challenge }),
  /** Proves one's own unlock of this lock by a passkey, whose challenge is the one that the unlock `needs`. */
  z.strictObject({ id, type: z.literal('prove'), of: id, lock: Lock, assertion: Assertion }),
  /** Gives what a browser makes a passkey with. */
  z.strictObject({ id, type: z.literal('passkey-begin') }),
  z.strictObject({
    id,
    type: z.literal('passkey-add'),
    made: NewCredential,
    /** What it is on. */
    label: z.string().trim().min(1).max(60),
  }),
  /** Always allowed to whoever may unlock; needs no challenge, since it can do no harm twice. */
  z.strictObject({ id, type: z.literal('lock'), lock: Lock }),
  /** Gives `{ people, invitations, recovery }`. */
  z.strictObject({ id, type: z.literal('people') }),
  /** Gives `{ invitation, secret }`; the page makes the link of it. */
  z.strictObject({
    id,
    type: z.literal('invite'),
    name: z.string().trim().min(1).max(60),
    /** A further key of this person, with what they may already; `scopes` is empty then. */
    person: Id.optional(),
    scopes: z.array(Scope).max(64),
    limits: GrantLimits,
    expiresAt: z.number(),
    /** A code for the device's keypads instead of a link; gives `{ code, person, keypads }`, the code this once. */
    code: z.literal(true).optional(),
  }),
  /** Allows somebody who is known something; `instead` of a grant of theirs, or one more. Gives `{ grant }`. */
  z.strictObject({
    id,
    type: z.literal('grant'),
    person: Id,
    instead: Id.optional(),
    scopes: z.array(Scope).min(1).max(64),
    limits: GrantLimits,
  }),
  z.strictObject({
    id,
    type: z.literal('revoke'),
    what: z.enum(['person', 'key', 'passkey', 'grant', 'code', 'invitation']),
    /** Its id. */
    of: z.string().max(64),
  }),
  z.strictObject({ id, type: z.literal('rename'), person: Id, name: z.string().trim().min(1).max(60) }),
  /** Gives `{ entries }`, the newest first. */
  z.strictObject({
    id,
    type: z.literal('activity'),
    before: z.int().min(1).optional(),
    limit: z.int().min(1).max(200).default(50),
  }),
]);
export type Request = z.infer<typeof Request>;
export type RequestOf<Type extends Request['type']> = Extract<Request, { type: Type }>;

/** What somebody asks for, before it has an id and a challenge. */
export type Asked = Bare<Exclude<z.input<typeof Request>, { type: 'challenge' }>>;
type Bare<T> = T extends unknown ? Omit<T, 'id' | 'challenge'> : never;

/** Whether a request moves something, and so carries a challenge. */
export function isMoving({ type }: Pick<Request, 'type'>): boolean {
  return type === 'unlock' || type === 'confirm';
}

/**
 * What a request came to. `accepted`: it is on disk and under way, and a last word follows; with `needs`, it waits for
 * that first, and is `accepted` once more when it has it.
 */
export const Receipt = z.discriminatedUnion('state', [
  z.strictObject({
    id: z.string(),
    state: z.literal('accepted'),
    repeated: z.boolean().optional(),
    needs: SecondStepNeed.optional(),
  }),
  z.strictObject({
    id: z.string(),
    state: z.literal('done'),
    repeated: z.boolean().optional(),
    result: z.unknown().optional(),
  }),
  z.strictObject({
    id: z.string(),
    state: z.literal('refused'),
    repeated: z.boolean().optional(),
    ...Refused.shape,
  }),
]);
export type Receipt = z.infer<typeof Receipt>;

/** `result` of each request that has one. */
export const ChallengeResult = z.strictObject({ challenge });
export const PeopleResult = z.strictObject({
  people: z.array(Person),
  invitations: z.array(Invitation),
  /** There is a recovery code, made at that time (wall time, ms): never the code. Absent: there is none. */
  recovery: z.strictObject({ since: z.number() }).optional(),
});
export const PasskeyBeginResult = z.strictObject({
  challenge: base64url(32),
  user: z.strictObject({ id: base64url(16), name: z.string() }),
});
export const InviteResult = z.strictObject({ invitation: Invitation, secret: base64url(16) });
export const CodeResult = z.strictObject({
  code: z.string().regex(new RegExp(`^\\d{${codeDigits}}$`)),
  person: Id,
  /** Where it can be typed. */
  keypads: z.array(KeypadDescription),
});
export const GrantResult = z.strictObject({ grant: Grant });
export const ActivityResult = z.strictObject({ entries: z.array(AuditEntry) });
