import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../access/atomic-file.ts';
import { begunMarker } from '../access/trust/begun.ts';
import { trustFileName } from '../access/trust/database.ts';
import { controlSocketName } from '../http/control-socket.ts';
import { databaseName } from '../records/recording.ts';

/** Of src/backup/put-in-place.ts: each holds a key of this device. */
const ofRestore = /^(restore\.(partial|ready)|replaced-\d.*)$/;

export interface StatePlace {
  /** The device's state folder. */
  readonly folder: string;
  /** Where clips and pictures are kept. */
  readonly files: string;
}

/** One thing that a reset removes. */
export interface StatePart {
  /** For people. */
  readonly what: string;
  readonly paths: readonly string[];
}

/**
 * What a device keeps, in the order in which it is removed. The key goes first: from then on nothing of it lets anybody
 * in, and what a killed reset leaves behind bears witness that there was a key, so that no device starts on it. The last
 * witness goes last.
 */
export async function statePartsOf({ folder, files }: StatePlace): Promise<readonly StatePart[]> {
  const names = await namesIn(folder);
  const identity = join(folder, 'identity');
  const marker = begunMarker(folder);
  const key = join(identity, 'device.key');
  const others = (await namesIn(identity)).map((name) => join(identity, name));
  /** With logs, copies that were put aside, and what a killed write left behind. */
  const of = (name: string) =>
    names
      .filter((each) => each.startsWith(name) || each.startsWith(`.${name}.`))
      .map((each) => join(folder, each));
  const parts = [
    { what: "the device's key", paths: [key] },
    {
      what: 'keys and people that a restore has put aside',
      paths: names.filter((name) => ofRestore.test(name)).map((name) => join(folder, name)),
    },
    { what: 'people, what they may, and the trail', paths: of(trustFileName) },
    {
      what: 'secrets, signed-in browsers and certificates',
      paths: others.filter((path) => path !== key && path !== marker),
    },
    { what: 'readings, events and who is notified', paths: of(databaseName) },
    { what: 'clips', paths: [join(files, 'clips')] },
    { what: 'pictures', paths: [join(files, 'snapshots')] },
    { what: 'privacy mode', paths: of('privacy.json') },
    { what: 'the rest', paths: [...of(controlSocketName), marker, identity] },
  ];
  return parts
    .map(({ what, paths }) => ({ what, paths: paths.filter((path) => existsSync(path)) }))
    .filter(({ paths }) => paths.length > 0);
}

/** Removes `parts` in their order; each is gone from the disk before the next goes. */
export async function removeState(parts: readonly StatePart[]): Promise<void> {
  for (const { paths } of parts) {
    for (const path of paths) await rm(path, { recursive: true, force: true });
    for (const parent of new Set(paths.map((path) => dirname(path))))
      if (existsSync(parent)) await syncFolder(parent);
  }
}

/** What lies in a folder; nothing where there is none. */
export const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
