/**
 * Every call of our own file writing made to fail in turn: `events-failing.ts <folder> <frames>`. Prints one line of
 * JSON, what came of it.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { FailingCalls } from './failing-calls.ts';
import { readFrames, replayed } from './kept-frames.ts';

const [folder = '', framesFile = ''] = process.argv.slice(2);
const video = replayed(await readFrames(framesFile));
const calls = new FailingCalls();
// Only now: they import what was just replaced.
const { replaceFile } = await import('../src/access/atomic-file.ts');
const { systemClock } = await import('../src/clock.ts');
const { EventIds } = await import('../src/records/event-id.ts');
const { openRecords } = await import('../src/records/records.ts');
const { RecordsReader } = await import('../src/records/reader.ts');
const { RecordsSettings } = await import('../src/records/settings.ts');
const { playable } = await import('./playable.ts');

const ids = new EventIds(systemClock);
const settings = RecordsSettings.parse({ reserve: '1MB' });
const log = pino({ level: 'silent' });
const result = {
  calls: 0,
  crashes: 0,
  eventsLost: 0,
  brokenClips: 0,
  keysDamaged: 0,
  leftovers: 0,
  clips: 0,
};
process.on('unhandledRejection', (error) => {
  console.error(error);
  result.crashes += 1;
});

/** One life of a device; gives what it was acknowledged. */
async function live(home: string): Promise<readonly string[]> {
  const records = await openRecords({ folder: home, settings, clock: systemClock, log });
  const acknowledged: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    const id = ids.next();
    const event = {
      id,
      type: 'alarm',
      time: Date.now(),
      severity: 'info',
      title: 'Bench',
      snapshot: false,
    } as const;
    await records.addEvent(event);
    acknowledged.push(id);
    const clip = records.clips.record({ feed: { name: 'door', video }, event: id, afterMs: 40 });
    await records.addSnapshot(id, Buffer.alloc(2_000, 0xd8));
    await replaceFile(join(home, 'identity', 'key'), `key ${id} end`).catch(() => {
      // Whoever makes keys is told; the old one must still be there.
    });
    await clip.clip;
  }
  await records.stop();
  return acknowledged;
}

async function judge(home: string, acknowledged: readonly string[]): Promise<void> {
  // Started once and stopped, it has mended what it mends.
  await (await openRecords({ folder: home, settings, clock: systemClock, log })).stop();
  const records = new RecordsReader({ folder: home });
  await records.recordings(0, Date.now() + 1_000);
  const events = records.events({ limit: 100 });
  records.close();
  for (const id of acknowledged) if (!events.some((event) => event.id === id)) result.eventsLost += 1;
  for (const { clip } of events) {
    if (clip === undefined) continue;
    result.clips += 1;
    const path = records.clipPath(clip);
    if (path === undefined || !(await playable(path))) result.brokenClips += 1;
  }
  const key = await readFile(join(home, 'identity', 'key'), 'utf8').catch(() => undefined);
  if (key !== undefined && !/^key \S+ end$/.test(key)) result.keysDamaged += 1;
  for (const part of ['clips', 'snapshots'])
    result.leftovers += (await readdir(join(home, part))).filter((name) => name.endsWith('.part')).length;
}

const codes = ['EIO', 'ENOSPC', 'EROFS'] as const;
let last = Number.POSITIVE_INFINITY;
for (let failing = 1; failing <= last; failing += 1) {
  const home = join(folder, String(failing));
  await mkdir(home);
  calls.arm(home, failing, codes[failing % codes.length] ?? 'EIO');
  let acknowledged: readonly string[] = [];
  try {
    acknowledged = await live(home);
  } catch (error) {
    console.error(error);
    result.crashes += 1;
  }
  // The one before it was the last there is.
  if (calls.count < failing) last = failing - 1;
  else result.calls += 1;
  calls.disarm();
  await judge(home, acknowledged);
}
console.log(JSON.stringify(result));
