/**
 * The key of this browser for a device: Ed25519, made here, and never seen by anybody. WebCrypto signs with it and gives
 * it to no script (W3C Web Cryptography, 13.4.5: `extractable` is false); IndexedDB keeps it for this origin.
 */

import { z } from 'zod';
import { generateKey, publicKeyOf, sign } from '../identity/keys.ts';
import type { Speaker } from '../identity/sealed-channel.ts';
import { forget, keep, keptNames, readKept } from './key-store.ts';

const OwnKey = z.object({
  publicKey: z.string(),
  privateKey: z.custom<CryptoKey>((value) => value instanceof CryptoKey),
});
export type OwnKey = z.infer<typeof OwnKey>;

/**
 * Why a browser can have no key. `insecure`: WebCrypto is given to secure pages only (W3C Secure Contexts).
 * `unsupported`: it knows no Ed25519. `not-kept`: it keeps nothing of this page.
 */
export type KeyTrouble = 'insecure' | 'unsupported' | 'not-kept';

const joinedPrefix = 'joined ';
const joinedName = (device: string): string => `${joinedPrefix}${device}`;
/** Made, and perhaps known to the device already: the answer may have been lost. */
const newName = (device: string): string => `new ${device}`;

/** The keys the device may know this browser by, the likeliest first; `joined`: it did once. Never throws. */
export async function ownKeys(device: string): Promise<readonly (OwnKey & { readonly joined: boolean })[]> {
  const joined = await readKey(joinedName(device));
  const made = await readKey(newName(device));
  return [joined && { ...joined, joined: true }, made && { ...made, joined: false }].filter(
    (key) => key !== undefined,
  );
}

/** Ids of the devices that know this browser by a key: SHA-256 of theirs, so that none can be mistaken. Never throws. */
export async function joinedDevices(): Promise<readonly string[]> {
  try {
    const names = await keptNames();
    return names
      .filter((name) => name.startsWith(joinedPrefix))
      .map((name) => name.slice(joinedPrefix.length));
  } catch {
    return []; // a browser that keeps nothing has no key either
  }
}

/** Speaks by a key. */
export const speakerOf = ({ publicKey, privateKey }: OwnKey): Speaker => ({
  publicKey,
  sign: (statement) => sign(privateKey, statement),
});

/** A key that belongs to nobody yet, kept before it is used. Never throws. */
export async function newKey(device: string): Promise<OwnKey | KeyTrouble> {
  if (!isSecureContext || crypto.subtle === undefined) return 'insecure';
  const kept = await readKey(newName(device));
  if (kept !== undefined) return kept;
  let key: OwnKey;
  try {
    const pair = await generateKey(false);
    key = { publicKey: await publicKeyOf(pair), privateKey: pair.privateKey };
  } catch {
    return 'unsupported'; // NotSupportedError: Chrome before 137, Firefox before 129, Safari before 17
  }
  try {
    await keep(newName(device), key);
  } catch {
    return 'not-kept';
  }
  return key;
}

/** The device knows the new key now; what stood in its place before is given up. */
export async function keyJoined(device: string, key: OwnKey): Promise<void> {
  await keep(joinedName(device), key);
  await forget(newName(device));
  // Browsers clear what they were not asked to keep when space is short. It may be refused, which is no harm, and Firefox asks
  // the person first, who need not answer.
  navigator.storage?.persist?.().catch(() => false);
}

/**
 * The device goes by another key now, and so by another id: what it knows this browser by is kept under that one. What
 * somebody shows who has the old key is nobody's any more. Never throws.
 * @returns whether it had let this browser in
 */
export async function moveKeys(from: string, to: string): Promise<boolean> {
  try {
    for (const nameOf of [joinedName, newName]) {
      const key = await readKey(nameOf(from));
      if (key === undefined) continue;
      if ((await readKey(nameOf(to))) === undefined) await keep(nameOf(to), key);
      await forget(nameOf(from));
    }
    return (await readKey(joinedName(to))) !== undefined;
  } catch {
    return false;
  }
}

async function readKey(name: string): Promise<OwnKey | undefined> {
  try {
    return OwnKey.safeParse(await readKept(name)).data;
  } catch {
    return undefined;
  }
}
