import { z } from 'zod';
import { PublicKey } from '../protocol/access.ts';

/** Stands first in a backup, and says what it is. */
export const manifestName = 'vedette-backup.json';

/** Of {@link manifestName}. A later format has another number. */
export const Manifest = z.object({
  format: z.literal(1),
  /** When it was made, wall time in ms. */
  time: z.number().min(0).max(8.64e15),
  /** The device's name, as its profile has it. */
  device: z.string().max(100),
  /** Of the key in it. */
  publicKey: PublicKey,
  /** Of the Vedette that made it. */
  version: z.string().max(100),
});
export type Manifest = z.infer<typeof Manifest>;

export const deviceKeyName = 'identity/device.key';
export const trustName = 'trust.sqlite';

const maxSmallBytes = 256 * 1024;
/** Some four million entries of the trail. */
const maxTrustBytes = 1024 ** 3;

/**
 * All that a backup may hold, and how large it may be. `needed`: without it there is no device to put back. Whatever else
 * lies in `identity/` is made anew, and nobody holds on to the old one.
 */
export const contents: ReadonlyMap<string, { readonly maxBytes: number; readonly needed: boolean }> = new Map(
  [
    [manifestName, { maxBytes: 4096, needed: true }],
    [deviceKeyName, { maxBytes: maxSmallBytes, needed: true }],
    ['identity/succession.json', { maxBytes: maxSmallBytes, needed: false }],
    ['identity/secret', { maxBytes: maxSmallBytes, needed: false }],
    ['identity/code-secret', { maxBytes: maxSmallBytes, needed: false }],
    ['identity/authority.pem', { maxBytes: maxSmallBytes, needed: false }],
    [trustName, { maxBytes: maxTrustBytes, needed: true }],
  ],
);
