import type { AccessRow, AccessStore } from '../../src/access/rows.ts';
import type { AuditDraft, AuditEntry } from '../../src/protocol/access.ts';

/** Keeps rows and entries where a test sees them; JSON both ways, as on a disk. */
export class MemoryStore implements AccessStore {
  readonly rows = new Map<string, AccessRow>();
  readonly audit: AuditDraft[] = [];
  trouble: string | undefined;
  /** Thrown by the next commit, where set. */
  refusal: Error | undefined;

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
