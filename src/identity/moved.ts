import { z } from 'zod';
import { base64url } from '../protocol/base64url.ts';
import { verify } from './keys.ts';
import { sealKeyStatement } from './statements.ts';
import { leadingFrom, Succession } from './succession.ts';

/** A chain of the most changes there can be fits; a longer text is dropped unread. */
export const maxMovedChars = 32 * 1024;

/** What a device leaves where it was met by an earlier key. Whoever carries it can only take it away. */
const Moved = z.strictObject({
  succession: Succession.min(1),
  /** X25519, of the key that the chain leads to. */
  seal: base64url(32),
  /** Of that key, over `sealKeyStatement`. */
  signature: base64url(64),
});

/** How others come to know the device that they knew by an earlier key. */
export interface FollowedDevice {
  readonly publicKey: string;
  readonly sealKey: string;
  /** The changes that lead there, at least one. */
  readonly succession: Succession;
}

/** The word of a device whose key was changed. */
export async function writeMoved(device: {
  readonly publicKey: string;
  readonly sealKey: string;
  readonly succession: Succession;
  sign(statement: string): Promise<string>;
}): Promise<string> {
  const { publicKey, sealKey: seal, succession } = device;
  const signature = await device.sign(sealKeyStatement({ device: publicKey, sealKey: seal }));
  return JSON.stringify({ succession: [...succession], seal, signature } satisfies z.input<typeof Moved>);
}

/**
 * Where a device went that is known by the key `known`; undefined where that is not proved by both keys of each change,
 * or the new one does not vouch for the seal key. Never throws, whatever it is given.
 */
export async function readMoved(text: string, known: string): Promise<FollowedDevice | undefined> {
  if (text.length > maxMovedChars) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined; // `online` and `offline` are none
  }
  const moved = Moved.safeParse(given).data;
  const publicKey = moved?.succession.at(-1)?.to;
  if (!moved || publicKey === undefined) return undefined;
  const { seal, signature } = moved;
  const succession = await leadingFrom(known, publicKey, moved.succession);
  if (!succession?.length) return undefined;
  if (!(await verify(publicKey, sealKeyStatement({ device: publicKey, sealKey: seal }), signature)))
    return undefined;
  return { publicKey, sealKey: seal, succession };
}
