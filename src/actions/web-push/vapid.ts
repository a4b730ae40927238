import { z } from 'zod';

/** The key pair by which push services know this device (RFC 8292), in base64url. */
export const VapidKeys = z.strictObject({
  /** An uncompressed P-256 point, 65 bytes. */
  publicKey: z.string().length(87),
  privateKey: z.string().length(43),
});
export type VapidKeys = z.infer<typeof VapidKeys>;

/** Makes a new pair. Browsers that subscribed with another one have to do so again. */
export async function createVapidKeys(): Promise<VapidKeys> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const point = await crypto.subtle.exportKey('raw', pair.publicKey);
  const { d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  return VapidKeys.parse({ publicKey: Buffer.from(point).toString('base64url'), privateKey: d });
}
