import type { Logger } from '../../log.ts';
import type { AuditDraft, AuditEntry } from '../../protocol/access.ts';
import type { Tail } from './audit-table.ts';
import { entriesPerHead, type Head, headStatement, type SignedHead } from './chain.ts';
import type { TrailKeys } from './trail-keys.ts';

/** Of these a signature does not wait for others: they say who may do what, and what was moved. */
const signedAtOnce: ReadonlySet<AuditEntry['type']> = new Set([
  'pairing',
  'person',
  'grant',
  'request',
  'lock',
]);

/** Who the trail is of; it signs the heads. */
export interface TrustIdentity extends TrailKeys {
  sign(text: string): Promise<string>;
}

export interface HeadSignerOptions {
  readonly identity: TrustIdentity;
  /** Puts a head on the disk. */
  readonly keep: (head: SignedHead) => Promise<void>;
  readonly log: Logger;
}

/** Knows how far the trail is signed, and signs its end where that is due. */
export class HeadSigner {
  readonly #options: HeadSignerOptions;
  #head: Pick<Head, 'number' | 'seq'> = { number: 0, seq: 0 };
  #tail: Tail | undefined;
  #due = false;

  constructor(options: HeadSignerOptions) {
    this.#options = options;
  }

  /** Where the trail and its signatures end at the start. */
  begin(tail: Tail, head: SignedHead | undefined): void {
    this.#tail = tail;
    if (head) this.#head = head;
  }

  /** The trail ends there now. */
  grew(tail: Tail, audit: readonly AuditDraft[]): void {
    this.#tail = tail;
    if (tail.seq - this.#head.seq >= entriesPerHead || audit.some(({ type }) => signedAtOnce.has(type)))
      this.#due = true;
  }

  /** Whatever is not signed yet is to be, however little. */
  setDue(): void {
    this.#due = true;
  }

  /** Where it is due. What fails is tried again after the next change. Never throws. */
  async sign(): Promise<void> {
    if (!this.#due || !this.#tail || this.#tail.seq === this.#head.seq) return;
    const { identity, keep, log } = this.#options;
    const head = { number: this.#head.number + 1, ...this.#tail };
    try {
      const signature = await identity.sign(headStatement(identity.publicKey, head));
      await keep({ ...head, signature });
      this.#head = head;
      this.#due = false;
    } catch (error) {
      log.warn({ detail: String(error) }, 'the end of the audit trail could not be signed');
    }
  }
}
