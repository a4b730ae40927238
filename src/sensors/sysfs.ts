import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { VedetteError } from '../errors.ts';

/** The device behind a file is gone, whatever the kernel calls it. */
const gone: ReadonlySet<string> = new Set(['ENOENT', 'ENODEV', 'ENXIO', 'ENOTDIR']);
const denied: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/**
 * The text of a kernel file, without its line end. `device` is for people.
 *
 * @throws VedetteError `sensor/lost`, `sensor/denied`, `sensor/unreadable`
 */
export async function readText(file: string, device: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const code = codeOf(error);
    if (gone.has(code)) throw new VedetteError('sensor/lost', { device });
    if (denied.has(code)) throw new VedetteError('sensor/denied', { path: file });
    throw new VedetteError('sensor/unreadable', { device, detail: code });
  }
}

/**
 * The number in a kernel file.
 *
 * @throws VedetteError as {@link readText}, and `sensor/nonsense` where it holds something else
 */
export async function readNumber(file: string, device: string): Promise<number> {
  const text = await readText(file, device);
  // What w1_therm gives of a chip that does not answer.
  if (text === '') throw new VedetteError('sensor/unreadable', { device, detail: 'it does not answer' });
  if (!/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) {
    throw new VedetteError('sensor/nonsense', { device, detail: JSON.stringify(text.slice(0, 40)) });
  }
  return Number(text);
}

/** As {@link readNumber}, or undefined where there is no such file, or nothing usable in it. */
export async function numberIfThere(file: string): Promise<number | undefined> {
  return readNumber(file, file).catch(() => undefined);
}

/** As {@link readText}, or undefined where there is no such file. */
export async function textIfThere(file: string): Promise<string | undefined> {
  return readText(file, file).catch(() => undefined);
}

/** Paths of what is in a kernel folder, sorted as people count; none where there is no such folder. */
export async function entries(folder: string, wanted: RegExp): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => wanted.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => path.join(folder, name));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
