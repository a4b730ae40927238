/**
 * A device's records being written as fast as they can be, until it is killed: `events-writer.ts <folder> <frames>
 * [events]`, or until there are so many events. Each line on stdout is something that was acknowledged before.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { replaceFile } from '../src/access/atomic-file.ts';
import { systemClock } from '../src/clock.ts';
import { EventIds } from '../src/records/event-id.ts';
import { openRecords } from '../src/records/records.ts';
import { RecordsSettings } from '../src/records/settings.ts';
import { readFrames, replayed } from './kept-frames.ts';

const [folder = '', framesFile = '', most = 'Infinity'] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const video = replayed(await readFrames(framesFile));
const ids = new EventIds(systemClock);
const settings = RecordsSettings.parse({ reserve: '1MB' });
const records = await openRecords({ folder, settings, clock: systemClock, log: pino({ level: 'silent' }) });
say({ ready: true });

let clips = 0;
for (let count = 0; count < Number(most); count += 1) {
  const id = ids.next();
  const time = Date.now();
  records.addReading({ sensor: 'boiler', value: count, unit: '', time });
  await records.addEvent({ id, type: 'alarm', time, severity: 'info', title: 'Bench', snapshot: false });
  say({ event: id });
  if (count % 3 === 0) {
    await records.deliveries.add({ target: 'hook', body: { id }, expiresAt: time + 86_400_000 });
    say({ delivery: id });
    await replaceFile(join(folder, 'identity', 'key'), `key ${id} end`);
    say({ key: id });
  }
  if (count % 4 === 0) await records.addSnapshot(id, Buffer.alloc(2_000, 0xd8));
  if (clips < 2) {
    clips += 1;
    const clip = records.clips.record({ feed: { name: 'door', video }, event: id, afterMs: 60 });
    void clip.clip.then((name) => {
      clips -= 1;
      if (name !== undefined) say({ clip: name });
    });
  }
}
await records.stop();
