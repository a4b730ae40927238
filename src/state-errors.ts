import { VedetteError } from './errors.ts';

/** What is wrong with a disk or with what lies on it; reads and writes that fail so name no path. */
const diskCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EISDIR']);

/**
 * Does `work` that reads and writes the state folder.
 * @throws VedetteError `state/unusable` where the folder is at fault; whatever else `work` throws as it is.
 */
export async function withStateFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isOfFolder(error, folder)) throw error;
    throw new VedetteError('state/unusable', { folder, detail: error.message }, { cause: error });
  }
}

function isOfFolder(error: unknown, folder: string): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || error instanceof VedetteError) return false;
  const { code = '', path } = error as NodeJS.ErrnoException;
  return diskCodes.has(code) || path?.startsWith(folder) === true;
}
