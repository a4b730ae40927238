import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from '../atomic-file.ts';

/** Says, in `identity/`, that there was a `trust.sqlite`: its loss is not taken for a first start. */
export function begunMarker(folder: string): string {
  return join(folder, 'identity', 'trust-begun');
}

/** @param folder the device's state folder */
export function hasBegun(folder: string): Promise<boolean> {
  return access(begunMarker(folder)).then(
    () => true,
    () => false,
  );
}

/** On the disk when it resolves. */
export async function setBegun(folder: string): Promise<void> {
  await createFile(begunMarker(folder), 'There is a trust.sqlite beside this folder; see docs/audit.md.\n');
}
