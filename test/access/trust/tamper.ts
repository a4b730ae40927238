import { DatabaseSync } from 'node:sqlite';
import { AuditTable } from '../../../src/access/trust/audit-table.ts';
import { entryHash, genesisHash } from '../../../src/access/trust/chain.ts';
import type { BadEntry } from '../../../src/access/trust/verify-trail.ts';

/** What somebody who can write to the file does to one entry. */
export const ways = {
  delete: (database, seq) => database.exec(`DELETE FROM entries WHERE seq = ${seq}`),
  'delete and close the gap': (database, seq) => {
    database.exec(`DELETE FROM entries WHERE seq = ${seq}`);
    const rest = database.prepare('SELECT seq FROM entries WHERE seq > ? ORDER BY seq').all(seq);
    const move = database.prepare('UPDATE entries SET seq = ? WHERE seq = ?');
    for (const row of rest) move.run(Number(row.seq) - 1, Number(row.seq));
  },
  'cut off': (database, seq) => database.exec(`DELETE FROM entries WHERE seq >= ${seq}`),
  'change its title': (database, seq) => set(database, seq, '$.title', 'Nothing happened'),
  'change its time': (database, seq) => set(database, seq, '$.time', 1),
  'change who it was': (database, seq) => set(database, seq, '$.person', 'Eve'),
  'change its number': (database, seq) => set(database, seq, '$.seq', seq + 1),
  'change its hash': (database, seq) =>
    database.exec(`UPDATE entries SET hash = randomblob(32) WHERE seq = ${seq}`),
  'swap with the next': (database, seq) => swap(database, seq, 'entry, hash'),
  'swap with the next, but for the hashes': (database, seq) => swap(database, seq, 'entry'),
  'change and make up all hashes after it': (database, seq, publicKey) => {
    set(database, seq, '$.title', 'Nothing happened');
    const audit = new AuditTable(database, genesisHash(publicKey));
    let hash = audit.hashAt(seq - 1) ?? new Uint8Array();
    const update = database.prepare('UPDATE entries SET hash = ? WHERE seq = ?');
    for (const link of [...audit.linksAfter(seq - 1)]) {
      hash = entryHash(hash, link.entry);
      update.run(hash, link.seq);
    }
  },
} as const satisfies Record<string, (database: DatabaseSync, seq: number, publicKey: string) => void>;
export type Way = keyof typeof ways;
export const wayNames = Object.keys(ways) as Way[];

/** Does it, past the triggers, which are no obstacle to whoever has the file. */
export function tamper(path: string, way: Way, seq: number, publicKey: string): void {
  const database = new DatabaseSync(path);
  database.exec('BEGIN; DROP TRIGGER entries_unchanged; DROP TRIGGER entries_undeleted');
  ways[way](database, seq, publicKey);
  database.exec('COMMIT');
  database.close();
}

/** Whether a finding names the entry: itself, or for what only signatures tell, a stretch that it is in. */
export function names(bad: BadEntry | undefined, way: Way, seq: number): boolean {
  if (!bad) return false;
  if (way !== 'change and make up all hashes after it') return bad.seq === seq && bad.last === undefined;
  return bad.seq <= seq && seq <= (bad.last ?? bad.seq);
}

function set(database: DatabaseSync, seq: number, path: string, value: string | number): void {
  database.prepare('UPDATE entries SET entry = json_set(entry, ?, ?) WHERE seq = ?').run(path, value, seq);
}

function swap(database: DatabaseSync, seq: number, columns: string): void {
  const read = database.prepare('SELECT entry, hash FROM entries WHERE seq = ?');
  const [one, other] = [read.get(seq), read.get(seq + 1)];
  if (!one || !other) throw new Error(`there is no entry ${seq} with another after it`);
  const names = columns.split(', ');
  const update = database.prepare(
    `UPDATE entries SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE seq = ?`,
  );
  const values = (row: typeof one) => names.map((name) => row[name] as string | Uint8Array);
  update.run(...values(other), seq);
  update.run(...values(one), seq + 1);
}
