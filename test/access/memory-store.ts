import type { AccessRow, AccessStore, KnownStore } from '../../src/access/rows.ts';
import type { AuditDraft, AuditEntry } from '../../src/protocol/access.ts';

/** Keeps rows and entries where a test sees them; JSON both ways, as on a disk. */
export class MemoryStore implements AccessStore {
  readonly rows = new Map<string, AccessRow>();
  readonly audit: AuditDraft[] = [];
  trouble: string | undefined;
  /** Thrown by the next commit, where set. */
  refusal: Error | undefined;

  readonly #listeners = new Set<() => void>();

  onTrouble(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Gets into trouble while it is in use. */
  break(trouble: string): void {
    this.trouble = trouble;
    for (const listener of this.#listeners) listener();
  }

  async start(): Promise<readonly AccessRow[]> {
    return structuredClone([...this.rows.values()]);
  }

  async commit({ put = [], audit }: Parameters<AccessStore['commit']>[0]): Promise<readonly AuditEntry[]> {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) throw refusal;
    for (const row of put) this.rows.set(`${row.kind} ${row.id}`, structuredClone(row));
    this.audit.push(...audit);
    return [];
  }
}

/** Keeps the copy of who is known where a test sees it. */
export class MemoryKnown implements KnownStore {
  number = 0;
  rows: readonly AccessRow[] | undefined;

  async start(): Promise<readonly AccessRow[] | undefined> {
    return this.rows;
  }

  resume(number: number): void {
    this.number = Math.max(this.number, number);
  }

  async keep(rows: readonly AccessRow[]): Promise<void> {
    this.number += 1;
    this.rows = structuredClone(rows);
  }
}
