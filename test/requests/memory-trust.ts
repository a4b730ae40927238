import type { Trust } from '../../src/access/trust/trust.ts';
import { VedetteError } from '../../src/errors.ts';
import type { AuditDraft, AuditEntry } from '../../src/protocol/access.ts';
import type { Receipt } from '../../src/protocol/request.ts';

interface Claim {
  readonly key: string;
  readonly digest: string;
  receipt?: Receipt;
}
type Change = Parameters<Trust['commit']>[0];

/** What is on a disk that a test can fill, and that outlives a device. */
export class MemoryTrust implements Pick<Trust, 'commit' | 'asked' | 'claim' | 'settle' | 'entries'> {
  readonly claims = new Map<string, Claim>();
  readonly trail: AuditEntry[] = [];
  readonly rows: NonNullable<Change['put']>[number][] = [];
  full = false;
  #wall = 0;

  async commit({ put = [], audit }: Change): Promise<readonly AuditEntry[]> {
    await this.#written();
    this.rows.push(...put);
    return audit.map((draft) => this.#append(draft));
  }

  async asked({ id, key, digest }: Parameters<Trust['asked']>[0]) {
    const known = this.claims.get(id);
    if (!known) return { result: 'new' as const };
    if (known.key !== key || known.digest !== digest) return { result: 'other' as const };
    return { result: 'known' as const, ...(known.receipt ? { receipt: known.receipt } : {}) };
  }

  async claim({ id, key, digest }: Parameters<Trust['claim']>[0], change: Change) {
    await this.#written();
    const known = this.claims.get(id);
    if (known && (known.key !== key || known.digest !== digest)) return { result: 'other' as const };
    if (known) return { result: 'known' as const, ...(known.receipt ? { receipt: known.receipt } : {}) };
    this.claims.set(id, { key, digest });
    this.rows.push(...(change.put ?? []));
    return { result: 'new' as const, entries: change.audit.map((draft) => this.#append(draft)) };
  }

  async settle(id: string, receipt: Receipt, { audit }: Change): Promise<readonly AuditEntry[]> {
    await this.#written();
    const claim = this.claims.get(id);
    if (claim) claim.receipt = receipt;
    return audit.map((draft) => this.#append(draft));
  }

  async entries({ before = Number.POSITIVE_INFINITY, limit }: Parameters<Trust['entries']>[0]) {
    return this.trail
      .filter(({ seq }) => seq < before)
      .slice(-limit)
      .reverse();
  }

  /** The process ended, and another begins: what was never settled is told as interrupted. */
  restart(): void {
    for (const [id, claim] of this.claims)
      claim.receipt ??= {
        id,
        state: 'refused',
        code: 'request/interrupted',
        reason: new VedetteError('request/interrupted').message,
      };
  }

  async #written(): Promise<void> {
    await Promise.resolve();
    if (this.full) throw new VedetteError('trust/unwritable', { detail: 'no space left on device' });
  }

  #append(draft: AuditDraft): AuditEntry {
    const entry = { ...draft, seq: this.trail.length + 1, time: this.#wall++ };
    this.trail.push(entry);
    return entry;
  }
}
