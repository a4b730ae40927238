import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ExportedEvent, ExportIndex, ExportSpan } from './export-index.ts';
import { exportPage } from './export-page.ts';
import type { RecordsReader } from './reader.ts';
import type { Recording } from './recording.ts';
import type { Span } from './spans.ts';

/** Events of one export, at the most: a page that no browser shows helps nobody. */
const maxEvents = 20_000;

/**
 * Writes all that was kept of a time into a folder that explains itself: `index.html` and `index.json`, the clips, the
 * pictures, the readings as CSV, and `SHA256SUMS`, as `sha256sum -c` reads it.
 *
 * @param folder an empty one
 */
export async function exportRecords(
  records: RecordsReader,
  span: ExportSpan,
  folder: string,
): Promise<{ readonly events: number; readonly files: number; readonly bytes: number }> {
  const { from, to } = span;
  const written: string[] = [];
  /** Undefined for what retention has just taken: a device goes on while it is exported. */
  const copy = async (path: string, into: string): Promise<string | undefined> => {
    const file = `${into}/${basename(path)}`;
    await mkdir(join(folder, into), { recursive: true });
    try {
      await copyFile(path, join(folder, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    written.push(file);
    return file;
  };
  const write = async (file: string, text: string) => {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), text);
    written.push(file);
  };

  const recordings: (Recording & { file: string })[] = [];
  for (const recording of await records.recordings(from, to)) {
    const path = records.clipPath(recording.clip);
    const file = path && (await copy(path, 'clips'));
    if (file) recordings.push({ ...recording, file });
  }
  const events: ExportedEvent[] = [];
  for (const event of records.events({ from, to, limit: maxEvents }).toReversed()) {
    const picture = event.snapshot ? await records.snapshotPath(event.id) : undefined;
    const snapshotFile = picture && (await copy(picture, 'snapshots'));
    const clip = recordings.find(({ clip: name }) => name === event.clip);
    events.push({
      ...event,
      ...(snapshotFile ? { snapshotFile } : {}),
      ...(clip ? { clipFile: clip.file } : {}),
    });
  }
  const readings: { sensor: string; file: string; points: number }[] = [];
  for (const sensor of records.sensors()) {
    const spans = records.readings(sensor, from, to);
    if (spans.length === 0) continue;
    const file = `readings/${sensor}.csv`;
    await write(file, csv(spans));
    readings.push({ sensor, file, points: spans.length });
  }
  const index: ExportIndex = { from, to, exportedAt: Date.now(), events, recordings, readings };
  await write('index.json', `${JSON.stringify(index, undefined, 2)}\n`);
  await write('index.html', exportPage(index));
  const sums: string[] = [];
  let bytes = 0;
  for (const file of written) {
    sums.push(`${await sha256(join(folder, file))}  ${file}\n`);
    bytes += (await stat(join(folder, file))).size;
  }
  await writeFile(join(folder, 'SHA256SUMS'), sums.join(''));
  return { events: events.length, files: written.length + 1, bytes };
}

function csv(spans: readonly Span[]): string {
  const lines = spans.map(
    ({ time, count, min, mean, max }) => `${new Date(time).toISOString()},${count},${min},${mean},${max}`,
  );
  return `time,readings,min,mean,max\n${lines.join('\n')}\n`;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
