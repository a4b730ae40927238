import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { systemClock } from '../src/clock.ts';
import { openRecords } from '../src/records/records.ts';
import { RecordsSettings } from '../src/records/settings.ts';
import { encodedPictures } from '../test/records/encoded.ts';
import { type Benchmark, type Figure, numbersOf } from './benchmark.ts';
import { runJson } from './child.ts';
import { writeFrames } from './kept-frames.ts';
import { playable } from './playable.ts';

const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const node = ['--disable-warning=ExperimentalWarning'];
/** A kill comes after a random number of acknowledgements, however fast the machine is, and then at any moment. */
const longestLife = 30;
const longestDelayMs = 60;
const startDeadlineMs = 60_000;
const failingDeadlineMs = 15 * 60_000;

/** What a writer was acknowledged, over all its lives. */
interface Acknowledged {
  readonly events: string[];
  readonly deliveries: string[];
  key: string | undefined;
}

export const benchmark: Benchmark = {
  title:
    'kill -9 while events and clips are written, and every call of our own file writing made to fail: nothing lost',
  options: { kills: { about: 'how often it is killed', default: '200' } },
  async run(option) {
    const [kills = 1] = numbersOf(option('kills'));
    const folder = await mkdtemp(join(tmpdir(), 'vedette-events-'));
    try {
      const frames = join(folder, 'frames.json');
      await writeFrames(frames, await encodedPictures('H264', 2));
      return [...(await killed(folder, frames, kills)), ...(await failed(folder, frames))];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function killed(folder: string, frames: string, kills: number): Promise<readonly Figure[]> {
  const home = join(folder, 'killed');
  const acknowledged: Acknowledged = { events: [], deliveries: [], key: undefined };
  for (let count = 0; count < kills; count += 1) await oneLife(home, frames, acknowledged);
  const log = pino({ level: 'silent' });
  const settings = RecordsSettings.parse({ reserve: '1MB' });
  // Started once and stopped, it has mended what it mends.
  await (await openRecords({ folder: home, settings, clock: systemClock, log })).stop();
  const records = await openRecords({ folder: home, settings, clock: systemClock, log });
  try {
    const events = await records.events({ limit: 1_000_000 });
    const there = new Set(events.map(({ id }) => id));
    const waiting = new Set(
      (await records.deliveries.pending('hook')).map(({ body }) => (body as { id: string }).id),
    );
    const clips = events.flatMap(({ clip }) => clip ?? []);
    let broken = 0;
    for (const clip of clips) {
      const path = records.clipPath(clip);
      if (path === undefined || !(await playable(path))) broken += 1;
    }
    const key = await readFile(join(home, 'identity', 'key'), 'utf8').catch(() => '');
    // Ids rise: the key may be newer than the last one that was acknowledged, never older, never half.
    const keyHolds = /^key (\S+) end$/.exec(key)?.[1];
    const lost = (ids: readonly string[], kept: ReadonlySet<string>) =>
      ids.filter((id) => !kept.has(id)).length;
    return figures(`kill -9, ${kills} times`, {
      'events acknowledged': acknowledged.events.length,
      'acknowledged events lost': lost(acknowledged.events, there),
      'deliveries acknowledged': acknowledged.deliveries.length,
      'acknowledged deliveries lost': lost(acknowledged.deliveries, waiting),
      'clips listed': clips.length,
      'broken clips listed': broken,
      'keys lost': keyHolds !== undefined && keyHolds >= (acknowledged.key ?? '') ? 0 : 1,
    });
  } finally {
    await records.stop();
  }
}

/** One life of the writer, to its violent end. */
async function oneLife(home: string, frames: string, acknowledged: Acknowledged): Promise<void> {
  const child = spawn(process.execPath, [...node, program('events-writer.ts'), home, frames], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const deadline = setTimeout(() => child.kill('SIGKILL'), startDeadlineMs);
  let left = Math.floor(Math.random() * longestLife);
  let ready = false;
  for await (const line of createInterface({ input: child.stdout })) {
    ready = true;
    // The last line may be cut: what nobody could read was not acknowledged.
    const said = parsed(line);
    if (said?.event) acknowledged.events.push(said.event);
    if (said?.delivery) acknowledged.deliveries.push(said.delivery);
    if (said?.key) acknowledged.key = said.key;
    left -= 1;
    if (left === -1) setTimeout(() => child.kill('SIGKILL'), Math.random() * longestDelayMs);
  }
  await closed;
  clearTimeout(deadline);
  if (!ready) throw new Error('the writer did not start');
}

interface Said {
  readonly event?: string;
  readonly delivery?: string;
  readonly key?: string;
}

function parsed(line: string): Said | undefined {
  try {
    return JSON.parse(line) as Said;
  } catch {
    return undefined;
  }
}

async function failed(folder: string, frames: string): Promise<readonly Figure[]> {
  const home = join(folder, 'failing');
  await mkdir(home);
  const found = await runJson<Record<string, number>>(
    process.execPath,
    [...node, program('events-failing.ts'), home, frames],
    failingDeadlineMs,
  );
  return figures('calls failing in turn', {
    'calls made to fail': found.calls ?? 0,
    crashes: found.crashes ?? Number.NaN,
    'acknowledged events lost': found.eventsLost ?? Number.NaN,
    'clips listed': found.clips ?? 0,
    'broken clips listed': found.brokenClips ?? Number.NaN,
    'keys damaged': found.keysDamaged ?? Number.NaN,
    'leftovers after a start': found.leftovers ?? Number.NaN,
  });
}

function figures(what: string, values: Readonly<Record<string, number>>): readonly Figure[] {
  return Object.entries(values).map(([metric, value]) => ({ case: what, metric, value, unit: '' }));
}
