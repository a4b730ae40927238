import type {
  AuditDraft,
  AuditEntry,
  Grant,
  Invitation,
  Person,
  PersonCode,
  PersonKey,
} from '../protocol/access.ts';
import type { Passkey } from '../protocol/passkey.ts';
import type { Receipt } from '../protocol/request.ts';

/** A person without what hangs on them. */
export type PersonBody = Omit<Person, 'keys' | 'passkeys' | 'grants' | 'codes'>;
export type KeyBody = PersonKey & { readonly person: string; readonly revokedAt?: number | undefined };
export type PasskeyBody = Passkey & {
  readonly person: string;
  /** As browsers name it. */
  readonly credential: string;
  /** COSE (RFC 9052), base64url. */
  readonly publicKey: string;
  /** Of its authenticator; never falls. */
  readonly counter: number;
  readonly revokedAt?: number | undefined;
};
export type InvitationBody = Invitation & {
  /** SHA-256: the store lets nobody in. */
  readonly secretHash: string;
  /** By the recovery code: it does not run out, and nobody is waited for. */
  readonly recovery?: true | undefined;
};
export type CodeBody = Omit<PersonCode, 'lost'> & {
  readonly person: string;
  /** HMAC-SHA-256 under a secret that is elsewhere: the store tells no code. */
  readonly hash: string;
  /** Which secret that was. */
  readonly secret: string;
  readonly revokedAt?: number | undefined;
};
export interface CounterBody {
  readonly id: string;
  readonly value: number;
}

/** What access keeps, one row each. */
export type AccessRow =
  | { readonly kind: 'person'; readonly id: string; readonly body: PersonBody }
  | { readonly kind: 'key'; readonly id: string; readonly body: KeyBody }
  | { readonly kind: 'passkey'; readonly id: string; readonly body: PasskeyBody }
  | { readonly kind: 'grant'; readonly id: string; readonly body: Grant }
  | { readonly kind: 'invitation'; readonly id: string; readonly body: InvitationBody }
  | { readonly kind: 'code'; readonly id: string; readonly body: CodeBody }
  | { readonly kind: 'counter'; readonly id: string; readonly body: CounterBody };

/** A request and the last word on it, kept with what it changed: whoever asks again is told, and changes nothing. */
export interface AnsweredRequest {
  readonly id: string;
  /** Whose it is. */
  readonly key: string;
  /** Of what it says. */
  readonly digest: string;
  readonly receipt: Receipt;
}

/** Where rows are kept and events are written down: both, or neither. */
export interface AccessStore {
  /** What is wrong with it; then nothing can be changed. */
  readonly trouble: string | undefined;
  /** Calls `listener` when it gets into trouble. */
  onTrouble(listener: () => void): void;
  start(): Promise<readonly AccessRow[]>;
  /** Resolves when it is on disk. */
  commit(change: {
    readonly put?: readonly AccessRow[];
    readonly audit: readonly AuditDraft[];
    readonly request?: AnsweredRequest;
  }): Promise<readonly AuditEntry[]>;
}

/** Whom the device knows, kept apart from the store: people, keys and grants that nobody took back. */
export interface KnownStore {
  /** Of the newest that was kept, or is about to be. */
  readonly number: number;
  /** @returns what was kept; undefined where there is nothing to be believed */
  start(): Promise<readonly AccessRow[] | undefined>;
  /** The next has a higher number than this. */
  resume(number: number): void;
  /** Keeps these in the place of those before. Resolves when it is on disk, or given up; never rejects. */
  keep(rows: readonly AccessRow[]): Promise<void>;
}

export const counterRow = (id: string, value: number): AccessRow => ({
  kind: 'counter',
  id,
  body: { id, value },
});
