import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { RequestTable } from '../src/access/trust/request-table.ts';
import { verifyTrail } from '../src/access/trust/verify-trail.ts';

const writer = fileURLToPath(new URL('trust-writer.ts', import.meta.url));
/** A kill comes after a random number of acknowledgements, however fast the machine is, and then at any moment. */
const longestLife = 30;
const longestDelayMs = 20;
const startDeadlineMs = 60_000;

/** What a trust store was made of when it was killed again and again. */
export interface KilledTrust {
  readonly acknowledged: number;
  /** Entries, claims and receipts that were acknowledged and are not there. */
  readonly lost: number;
  /** Starts that found the file damaged. */
  readonly troubles: number;
  /** What a whole verification found at the end. */
  readonly badEntries: number;
}

/** Kills a writer of `folder` so many times, and looks for all that it was acknowledged. */
export async function killTrustWriter(folder: string, kills: number): Promise<KilledTrust> {
  const seen = {
    entry: 0,
    claims: new Set<string>(),
    settled: new Set<string>(),
    count: 0,
    troubles: 0,
    key: '',
  };
  for (let count = 0; count < kills; count += 1) await oneLife(folder, seen);
  const path = join(folder, 'trust.sqlite');
  const report = await verifyTrail(path, { publicKey: seen.key });
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const requests = new RequestTable(database);
    const claimsLost = [...seen.claims].filter((id) => !requests.get(id)).length;
    const receiptsLost = [...seen.settled].filter((id) => !requests.get(id)?.receipt).length;
    return {
      acknowledged: seen.count,
      lost: Math.max(0, seen.entry - report.entries) + claimsLost + receiptsLost,
      troubles: seen.troubles,
      badEntries: report.bad ? 1 : 0,
    };
  } finally {
    database.close();
  }
}

interface Seen {
  /** The newest that was acknowledged; numbers have no gaps. */
  entry: number;
  readonly claims: Set<string>;
  readonly settled: Set<string>;
  count: number;
  troubles: number;
  key: string;
}

/** One life of the writer, to its violent end. */
async function oneLife(folder: string, seen: Seen): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const deadline = setTimeout(() => child.kill('SIGKILL'), startDeadlineMs);
  let left = 1 + Math.floor(Math.random() * longestLife);
  let ready = false;
  for await (const line of createInterface({ input: child.stdout })) {
    ready = true;
    take(line, seen);
    left -= 1;
    if (left === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * longestDelayMs);
  }
  await closed;
  clearTimeout(deadline);
  if (!ready) throw new Error('the writer did not start');
}

function take(line: string, seen: Seen): void {
  let said: { publicKey?: string; trouble?: string; entry?: number; claim?: string; settled?: string };
  try {
    said = JSON.parse(line);
  } catch {
    return; // The last line may be cut: what nobody could read was not acknowledged.
  }
  if (said.publicKey !== undefined) seen.key = said.publicKey;
  else seen.count += 1;
  if (said.trouble !== undefined) seen.troubles += 1;
  if (said.entry !== undefined) seen.entry = Math.max(seen.entry, said.entry);
  if (said.claim !== undefined) seen.claims.add(said.claim);
  if (said.settled !== undefined) seen.settled.add(said.settled);
}
