/**
 * A device's records, trust store and picture on a disk that goes wrong in three ways, in a mount namespace of its own. Prints
 * figures as JSON.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { systemClock } from '../../../src/clock.ts';
import { Camera } from '../../../src/media/camera.ts';
import { testCamera } from '../../../src/media/cameras/test.ts';
import { PreRoll } from '../../../src/media/pre-roll.ts';
import { VideoStream } from '../../../src/media/video-stream.ts';
import { EventIds } from '../../../src/records/event-id.ts';
import { openRecords } from '../../../src/records/records.ts';
import { RecordsSettings } from '../../../src/records/settings.ts';
import { remark, type TrustFigure } from '../check.ts';
import { TrustLife } from './trust-life.ts';

const run = promisify(execFile);
/** Of the disk: the records' own files and some clips. */
const diskMegabytes = 24;
/** A failing disk is written to this long. */
const troubleMs = 4_000;
/** Held events are tried again every 5 s, files every minute. */
const backDeadlineMs = 75_000;
const frameRate = 10;

const log = pino({ level: 'silent' });
const clock = systemClock;
const ids = new EventIds(clock);
const folder = await mkdtemp(join(tmpdir(), 'vedette-disk-'));
await run('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', folder]);

const camera = new Camera({
  name: 'door',
  open: () => testCamera.open(testCamera.options.parse({ width: 320, height: 180, frameRate })),
  clock,
  log,
});
const video = new VideoStream({ codec: 'H264', camera, clock, log });
const preRoll = new PreRoll({ video, ms: 2_000 });
preRoll.start();
let frames = 0;
const release = video.listen(() => {
  frames += 1;
});
const settings = RecordsSettings.parse({ reserve: '2MB' });
const options = { folder: join(folder, 'state'), settings, clock, log };
let records = await openRecords(options);
const trust = new TrustLife(options.folder, log);
await trust.start();
const figures: TrustFigure[] = [];
const acknowledged: string[] = [];

/** Alarms and clips, once in 100 ms, until `endMs`. Gives how many events were only held. */
async function alarms(endMs: number): Promise<number> {
  let held = 0;
  while (clock.now() < endMs) {
    await trust.change();
    const event = {
      id: ids.next(),
      type: 'alarm',
      time: clock.wall(),
      severity: 'info',
      title: 'Disk',
    } as const;
    acknowledged.push(event.id);
    await records.addEvent({ ...event, snapshot: false }).catch(() => {
      held += 1;
    });
    const clip = records.clips.record({
      feed: { name: 'door', video, preRoll },
      event: event.id,
      afterMs: 100,
    });
    records.addReading({ sensor: 'boiler', value: held, unit: '', time: clock.wall() });
    await Promise.all([clip.clip, records.addSnapshot(event.id, Buffer.alloc(10_000, 0xd8)), delay(100)]);
  }
  return held;
}

async function trouble(what: string, begin: () => Promise<() => Promise<void>>): Promise<void> {
  remark(`${what} …`);
  const end = await begin();
  const before = frames;
  const refusedBefore = trust.refused;
  const held = await alarms(clock.now() + troubleMs);
  figures.push({
    what: `${what}: pictures a second`,
    value: (frames - before) / (troubleMs / 1_000),
    unit: '/s',
    must: { atLeast: frameRate / 2 },
  });
  figures.push({
    what: `${what}: trouble told`,
    value: records.status().trouble ? 1 : 0,
    unit: '',
    must: { atLeast: 1 },
  });
  figures.push({ what: `${what}: events held meanwhile`, value: held, unit: '', must: { atLeast: 1 } });
  figures.push({
    what: `${what}: changes of trust refused`,
    value: trust.refused - refusedBefore,
    unit: '',
    must: { atLeast: 1 },
  });
  await end();
  const backMs = clock.now() + backDeadlineMs;
  while (records.status().trouble !== undefined && clock.now() < backMs) {
    await alarms(clock.now() + 200);
    await delay(200);
  }
  figures.push({
    what: `${what}: trouble after the disk is back`,
    value: records.status().trouble ? 1 : 0,
    unit: '',
    must: { atMost: 0 },
  });
  figures.push({
    what: `${what}: changes of trust taken after the disk is back`,
    value: (await trust.takes()) ? 1 : 0,
    unit: '',
    must: { atLeast: 1 },
  });
}

/** Another program that takes all there is, and goes on taking. */
function hungryProgram(path: string) {
  const block = Buffer.alloc(64 * 1024, 1);
  const fill = async () => {
    for (;;) {
      try {
        await appendFile(path, block);
      } catch {
        return;
      }
    }
  };
  const timer = setInterval(() => void fill(), 50);
  return {
    fill,
    async remove() {
      clearInterval(timer);
      await delay(100);
      await rm(path);
    },
  };
}

await alarms(clock.now() + 1_000);
await trouble('full', async () => {
  // Whatever the records give back to the disk is gone at once, too.
  const filler = hungryProgram(join(folder, 'filler'));
  await filler.fill();
  return () => filler.remove();
});
await trouble('read-only from the start', async () => {
  // A file system with files open for writing cannot be made read-only by hand.
  await records.stop();
  await trust.stop();
  await run('mount', ['-o', 'remount,ro', folder]);
  records = await openRecords(options);
  figures.push({
    what: 'read-only from the start: rows of trust that are known',
    value: await trust.start(),
    unit: '',
    must: { atLeast: 1 },
  });
  return async () => {
    await run('mount', ['-o', 'remount,rw', folder]);
  };
});
await trouble('failing', async () => {
  const strace = spawn(
    'strace',
    [
      '-f',
      '--quiet=all',
      '-o',
      '/dev/null',
      '-e',
      'inject=fsync,fdatasync,ftruncate:error=EIO',
      '-p',
      String(process.pid),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await delay(500);
  return async () => {
    const gone = once(strace, 'exit');
    strace.kill('SIGTERM');
    await gone;
  };
});

release();
preRoll.stop();
await records.stop();
await trust.stop();
figures.push(...(await trust.figures()));
const after = await openRecords(options);
const there = new Set((await after.events({ limit: 100_000 })).map(({ id }) => id));
await after.stop();
figures.push({
  what: 'events that are not on the disk in the end',
  value: acknowledged.filter((id) => !there.has(id)).length,
  unit: '',
  must: { atMost: 0 },
});
await video.stop();
await camera.stop();
await run('umount', ['-l', folder]);
await rm(folder, { recursive: true, force: true });
console.log(JSON.stringify(figures));
process.exit(0);
