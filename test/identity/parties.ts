import { generateKey, publicKeyOf, sign } from '../../src/identity/keys.ts';
import { agree, generateSealKey } from '../../src/identity/seal-keys.ts';
import type { SealHolder, Speaker } from '../../src/identity/sealed-channel.ts';

/** Somebody with a key of their own. */
export async function speaker(): Promise<Speaker> {
  const pair = await generateKey(false);
  return { publicKey: await publicKeyOf(pair), sign: (text) => sign(pair.privateKey, text) };
}

/** Something that can be spoken to by its key. */
export async function sealHolder(): Promise<SealHolder> {
  const pair = await generateSealKey(false);
  return { publicKey: await publicKeyOf(pair), agree: (other) => agree(pair.privateKey, other) };
}

/** `text` with one bit of one byte the other way: never what it was. */
export function flipped(text: string, at: number, bit: number): string {
  const bytes = Buffer.from(text);
  const index = at % bytes.length;
  bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
  return bytes.toString('latin1');
}
