import { dirname, resolve } from 'node:path';
import type { RecordsReader } from '../records/reader.ts';
import { stateFolder } from './state-folder.ts';

/**
 * The records of a profile's device on this machine, for reading. Whoever opens them closes them.
 * @throws VedetteError what loading a profile throws, `records/none`, `records/unwritable`
 */
export async function openedRecords(path: string): Promise<RecordsReader> {
  const { loadProfile } = await import('../profile/load.ts');
  const { RecordsReader } = await import('../records/reader.ts');
  const { file, profile } = loadProfile(path);
  const { folder } = profile.records;
  return new RecordsReader({
    folder: stateFolder(profile.device, process.env),
    ...(folder === undefined ? {} : { filesFolder: resolve(dirname(file), folder) }),
  });
}
