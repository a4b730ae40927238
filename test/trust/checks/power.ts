import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { benchmark } from '../../../bench/events.ts';
import { writeFrames } from '../../../bench/kept-frames.ts';
import { type KilledTrust, killTrustWriter } from '../../../bench/trust-kills.ts';
import { encodedPictures } from '../../records/encoded.ts';
import { byBenchmark } from '../by-benchmark.ts';
import { type Check, remark, type TrustFigure } from '../check.ts';

const program = (name: string) => fileURLToPath(new URL(`../../../bench/${name}.ts`, import.meta.url));
/** Acknowledgements that are watched by strace; then the writer ends by itself. */
const watched = 100;
const trustKills = 200;
const watchDeadlineMs = 180_000;

const killed = `kill -9, ${benchmark.options?.kills?.default} times`;
const failing = 'calls failing in turn';
const none = { atMost: 0 };

export const check: Check = {
  title:
    'killed while it writes, its writes failing in turn: nothing acknowledged is lost, and a sync is before each word',
  async run() {
    remark('killing a writer of events and clips; then every call of its file writing fails once');
    const figures = await byBenchmark(benchmark, [
      { case: killed, metric: 'events acknowledged', must: { atLeast: 200 } },
      { case: killed, metric: 'acknowledged events lost', must: none },
      { case: killed, metric: 'acknowledged deliveries lost', must: none },
      { case: killed, metric: 'clips listed', must: { atLeast: 1 } },
      { case: killed, metric: 'broken clips listed', must: none },
      { case: killed, metric: 'keys lost', must: none },
      { case: failing, metric: 'calls made to fail', must: { atLeast: 20 } },
      { case: failing, metric: 'crashes', must: none },
      { case: failing, metric: 'acknowledged events lost', must: none },
      { case: failing, metric: 'broken clips listed', must: none },
      { case: failing, metric: 'keys damaged', must: none },
      { case: failing, metric: 'leftovers after a start', must: none },
    ]);
    if (typeof figures === 'string') return figures;
    remark('killing a writer of the trust store');
    const folder = await mkdtemp(join(tmpdir(), 'vedette-power-'));
    try {
      const frames = join(folder, 'frames.json');
      await writeFrames(frames, await encodedPictures('H264', 1));
      const trust = await killTrustWriter(join(folder, 'killed'), trustKills);
      remark('watching their calls by strace');
      return [
        ...figures,
        ...trustFigures(trust),
        ...(await syncs('events', {
          args: [program('events-writer'), join(folder, 'events'), frames, String(watched)],
          log: /records\.sqlite-wal>/,
          acknowledgement: /write\(1<.*"\{\\"event\\"/,
        })),
        ...(await syncs('trust', {
          args: [program('trust-writer'), join(folder, 'trust'), String(watched)],
          log: /trust\.sqlite-wal>/,
          acknowledgement: /write\(1<.*"\{\\"(entry|claim|settled)\\"/,
        })),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

function trustFigures({ acknowledged, lost, troubles, badEntries }: KilledTrust): readonly TrustFigure[] {
  const about = `trust store, kill -9, ${trustKills} times`;
  return [
    { what: `${about}: acknowledged`, value: acknowledged, unit: '', must: { atLeast: trustKills } },
    { what: `${about}: acknowledged and lost`, value: lost, unit: '', must: none },
    { what: `${about}: starts that found it damaged`, value: troubles, unit: '', must: none },
    { what: `${about}: bad entries`, value: badEntries, unit: '', must: none },
  ];
}

interface Watched {
  readonly args: readonly string[];
  /** The file whose sync has to come first. */
  readonly log: RegExp;
  readonly acknowledgement: RegExp;
}

/** Runs a writer under strace, and looks for a sync of its log before each acknowledgement. */
async function syncs(what: string, { args, log, acknowledgement }: Watched): Promise<readonly TrustFigure[]> {
  const child = spawn(
    'strace',
    [
      ...['-f', '-y', '-s', '40', '-e', 'trace=fsync,fdatasync,write', '--quiet=all', '-e', 'signal=none'],
      ...[process.execPath, '--disable-warning=ExperimentalWarning', ...args],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const deadline = setTimeout(() => child.kill('SIGKILL'), watchDeadlineMs);
  // Rejects where there is no strace.
  const closed = once(child, 'close');
  let synced = false;
  let acknowledged = 0;
  let unsynced = 0;
  const syncing = new Set<string>();
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      const [, thread = ''] = /^\[pid +(\d+)\]/.exec(line) ?? [];
      if (/f(data)?sync\(\d+</.test(line) && log.test(line)) {
        if (line.endsWith('= 0')) synced = true;
        else syncing.add(thread);
      } else if (/f(data)?sync resumed.*= 0/.test(line) && syncing.delete(thread)) synced = true;
      else if (acknowledgement.test(line)) {
        acknowledged += 1;
        if (!synced) unsynced += 1;
        synced = false;
      }
    }
  } finally {
    clearTimeout(deadline);
    await closed;
  }
  return [
    {
      what: `${what}: acknowledgements seen by strace`,
      value: acknowledged,
      unit: '',
      must: { atLeast: watched },
    },
    { what: `${what}: acknowledged before it was synced`, value: unsynced, unit: '', must: { atMost: 0 } },
  ];
}
