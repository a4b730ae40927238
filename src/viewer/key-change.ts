/** A device that has another key now: this browser's own keys follow it, and its person is told once. */

import { keyIdOf } from '../identity/keys.ts';
import { leadingFrom, type Succession } from '../identity/succession.ts';
import { moveKeys, ownKeys } from './own-key.ts';

/** What a page keeps until it has told. */
const keptName = 'vedette-key-changed';

let untold = readUntold();

/**
 * Takes what this browser knew a device by to the key that the device has now, where its chain leads there from a key that
 * is known. Never throws.
 * @param device its key now, and how it came to it
 */
export async function followKey(device: {
  readonly publicKey: string;
  readonly id: string;
  readonly succession: Succession;
}): Promise<void> {
  const { publicKey, id, succession } = device;
  if (succession.length === 0 || (await ownKeys(id)).some(({ joined }) => joined)) return;
  for (const { from } of succession.toReversed()) {
    const before = await keyIdOf(from);
    if ((await ownKeys(before)).length === 0) continue;
    const links = await leadingFrom(from, publicKey, succession);
    const last = links?.at(-1);
    if (last === undefined) return;
    await followed(before, id, last.time);
    return;
  }
}

/** The device of the id `before` has another key since `time`, which was proved. Never throws. */
async function followed(before: string, id: string, time: number): Promise<void> {
  // Whom it never let in there is nothing to tell.
  if (!(await moveKeys(before, id))) return;
  untold = time;
  try {
    localStorage.setItem(keptName, String(time));
  } catch {
    // It is told before the page is closed, or not.
  }
}

/** When a device's key was changed, wall time in ms, once. */
export function takeKeyChange(): number | undefined {
  if (untold === undefined) return undefined;
  const time = untold;
  untold = undefined;
  try {
    localStorage.removeItem(keptName);
  } catch {
    // It was not kept, either.
  }
  return time;
}

function readUntold(): number | undefined {
  try {
    const time = Number(localStorage.getItem(keptName) ?? Number.NaN);
    return Number.isFinite(time) ? time : undefined;
  } catch {
    return undefined;
  }
}
