import { z } from 'zod';
import { base64url } from './base64url.ts';
import { Passkey } from './passkey.ts';
import { Scope } from './scope.ts';
import { TimeOfDay, TimeZone } from './time-of-day.ts';

/** Names a person, a grant, an invitation: 16 random bytes. */
const Id = base64url(16);
/** What people call somebody, or a thing of theirs. */
const Name = z.string().trim().min(1).max(60);
/** A raw Ed25519 public key (RFC 8032, 5.1.5). */
export const PublicKey = base64url(32);
/** SHA-256 of a public key: names it where the key itself is not needed. */
export const KeyId = base64url(32);

/** When, where and how often a grant holds; what is absent does not limit. Times are wall time in ms. */
export const GrantLimits = z
  .strictObject({
    from: z.number().optional(),
    until: z.number().optional(),
    /** Every week; a window over midnight belongs to the day it begins on. */
    windows: z
      .array(
        z.strictObject({
          days: z
            .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
            .min(1)
            .max(7),
          from: TimeOfDay,
          to: TimeOfDay,
        }),
      )
      .min(1)
      .max(16)
      .optional(),
    /** Of the windows. */
    zone: TimeZone.optional(),
    /** How many unlocks in all. */
    uses: z.int().min(1).max(10_000).optional(),
    /** Only from an address of the device's own network. */
    thisNetwork: z.boolean().optional(),
    /** Only while that person's picture flows: media acknowledged by RTCP in the last 2 s. */
    whileWatching: z.boolean().optional(),
    /** Only while the door of this lock is closed. */
    whileDoorClosed: z.string().max(64).optional(),
  })
  .refine(({ windows, zone }) => windows === undefined || zone !== undefined, {
    path: ['zone'],
    error: 'windows need their time zone, as Europe/Berlin',
  })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    path: ['until'],
    error: 'the end comes before the start',
  });
export type GrantLimits = z.infer<typeof GrantLimits>;

/** Who may do what, where, when, how often. */
export const Grant = z.strictObject({
  id: Id,
  person: Id,
  scopes: z.array(Scope).min(1).max(64),
  limits: GrantLimits,
  createdAt: z.number(),
  /** A person's id; absent where the device's own terminal gave it. */
  createdBy: Id.optional(),
  /** Unlocks it has paid for. */
  used: z.int().min(0),
  revokedAt: z.number().optional(),
});
export type Grant = z.infer<typeof Grant>;

/** A key of a person: of one browser, one phone. */
export const PersonKey = z.strictObject({
  id: KeyId,
  publicKey: PublicKey,
  /** What it is on: `Chrome on Android`. */
  label: Name,
  addedAt: z.number(),
  /** To the day. */
  seenAt: z.number().optional(),
});
export type PersonKey = z.infer<typeof PersonKey>;

/** A code of a person, for keypads: that there is one, and for which grant. What it is, is told once. */
export const PersonCode = z.strictObject({
  id: Id,
  grant: Id,
  createdAt: z.number(),
  /** The device lost the secret it was kept under: it opens nothing any more. */
  lost: z.literal(true).optional(),
});
export type PersonCode = z.infer<typeof PersonCode>;

/** Somebody the device knows by their keys, or by a code. */
export const Person = z.strictObject({
  id: Id,
  name: Name,
  createdAt: z.number(),
  keys: z.array(PersonKey),
  /** Absent where there is none. */
  codes: z.array(PersonCode).optional(),
  passkeys: z.array(Passkey).optional(),
  /** Revoked ones too, the newest first. */
  grants: z.array(Grant),
  revokedAt: z.number().optional(),
});
export type Person = z.infer<typeof Person>;

/** Somebody is asked in: who opens the link first gets the grant, once. */
export const Invitation = z.strictObject({
  id: Id,
  /** Whom it is for. */
  name: Name,
  /** A further key of somebody who is known; absent: a new person. */
  person: Id.optional(),
  scopes: z.array(Scope).max(64),
  limits: GrantLimits,
  createdAt: z.number(),
  createdBy: Id.optional(),
  /** It cannot be opened after that. */
  expiresAt: z.number(),
  usedAt: z.number().optional(),
  revokedAt: z.number().optional(),
});
export type Invitation = z.infer<typeof Invitation>;

/** One line of the audit trail, as people read it. */
export const AuditEntry = z.strictObject({
  /** From 1, without gaps. */
  seq: z.int().min(1),
  /** Wall time in ms, as the device believed it. */
  time: z.number(),
  type: z.enum([
    'device', // started, stopped, identity made, restored, recovered
    'pairing',
    'person',
    'grant',
    'session',
    'request',
    'refusal',
    'lock',
    'configuration',
  ]),
  /** What happened, a sentence for people. */
  title: z.string().max(300),
  person: z.string().optional(),
  name: z.string().optional(),
  key: z.string().optional(),
  lock: z.string().optional(),
  feed: z.string().optional(),
  session: z.string().optional(),
  request: z.string().optional(),
  /** SHA-256 (base64url) of the picture that was taken; `detail.event` names the event that it is kept with. */
  picture: z.string().optional(),
  /** What else is to be known, in words of the program. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** An entry that is still to get its place in the chain. */
export type AuditDraft = Omit<AuditEntry, 'seq' | 'time'>;
