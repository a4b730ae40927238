import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TrustIdentity } from '../src/access/trust/head-signer.ts';
import { Trust } from '../src/access/trust/trust.ts';
import { verifyTrail } from '../src/access/trust/verify-trail.ts';
import { systemClock } from '../src/clock.ts';
import { databaseBytes } from '../src/records/space.ts';
import { type Benchmark, type Figure, numbersOf } from './benchmark.ts';
import { figures } from './statistics.ts';
import { newIdentity, writeTrail } from './trail.ts';

const changes = 300;

export const benchmark: Benchmark = {
  title: 'a whole audit trail verified, entry by entry: 1,000,000 entries in under 30 s',
  options: { entries: { about: 'how many', default: '1000000' } },
  async run(option) {
    const [entries = 1] = numbersOf(option('entries'));
    const folder = await mkdtemp(join(tmpdir(), 'vedette-audit-'));
    try {
      const path = join(folder, 'trust.sqlite');
      const identity = await newIdentity();
      await writeTrail(path, entries, identity);
      const startMs = performance.now();
      const before = process.cpuUsage();
      const report = await verifyTrail(path, identity);
      const tookMs = performance.now() - startMs;
      const { user, system } = process.cpuUsage(before);
      const what = `${entries} entries`;
      return [
        { case: what, metric: 'verified in', value: tookMs / 1_000, unit: 's' },
        { case: what, metric: 'CPU time of it', value: (user + system) / 1e6, unit: 's' },
        { case: what, metric: 'entries that hold', value: report.bad ? 0 : report.entries, unit: '' },
        { case: what, metric: 'signatures that hold', value: report.heads, unit: '' },
        { case: what, metric: 'size', value: (await databaseBytes(path)) / 1e6, unit: 'MB' },
        { case: what, metric: 'memory of the process', value: process.memoryUsage.rss() / 1e6, unit: 'MB' },
        ...(await changed(folder, identity)),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** How long a change takes to be on the disk, after so long a trail: what an unlock waits for. */
async function changed(folder: string, identity: TrustIdentity): Promise<readonly Figure[]> {
  const trust = new Trust({ folder, identity, clock: systemClock, log: pino({ level: 'silent' }) });
  await trust.start();
  const tookMs: number[] = [];
  for (let count = 0; count < changes; count += 1) {
    const startMs = performance.now();
    await trust.commit({ audit: [{ type: 'session', title: 'Looked' }] });
    tookMs.push(performance.now() - startMs);
  }
  await trust.stop();
  return figures('a change after that', tookMs, 'ms');
}
