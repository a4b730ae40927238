import { createCipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { OutgoingPacket } from '../rtp/outgoing.ts';

/** Protection profiles by their DTLS-SRTP numbers (RFC 5764, 4.1.2; RFC 7714, 14.2). */
export const srtpProfiles = { aes128CmSha1: 0x0001, aeadAes128Gcm: 0x0007 } as const;
export type SrtpProfile = (typeof srtpProfiles)[keyof typeof srtpProfiles];

/** Session keys of one direction (RFC 3711, 4.3). `auth` is empty for GCM. */
export interface SrtpSessionKeys {
  readonly profile: SrtpProfile;
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  readonly auth: Uint8Array;
}

/** Seals one packet: the datagram in pieces, so that nothing is copied together before the socket does. */
export type SrtpSeal = (packet: OutgoingPacket) => readonly Uint8Array[];

const gcmIvBytes = 12;
const cmIvBytes = 16;
const sha1TagBytes = 10;

/** Makes the sealing function for one direction's keys. Keys are imported once: that is most of a cipher's cost. */
export function srtpSeal(keys: SrtpSessionKeys): SrtpSeal {
  const key = createSecretKey(keys.key);
  switch (keys.profile) {
    case srtpProfiles.aeadAes128Gcm:
      return (packet) => sealGcm(key, keys.salt, packet);
    case srtpProfiles.aes128CmSha1: {
      const auth = createSecretKey(keys.auth);
      return (packet) => sealCm(key, keys.salt, auth, packet);
    }
  }
}

/** AEAD_AES_128_GCM: the header is associated data, the tag of 16 bytes follows (RFC 7714, 8). */
function sealGcm(
  key: KeyObject,
  salt: Uint8Array,
  { header, prefix, payload, ssrc, packetIndex }: OutgoingPacket,
): Uint8Array[] {
  // IV = salt xor 00 00 | SSRC | ROC | SEQ (RFC 7714, 8.1)
  const iv = Buffer.allocUnsafe(gcmIvBytes);
  iv.writeUInt16BE(0, 0);
  iv.writeUInt32BE(ssrc, 2);
  iv.writeUIntBE(packetIndex, 6, 6);
  for (let at = 0; at < gcmIvBytes; at += 1) iv[at] = (iv[at] as number) ^ (salt[at] as number);
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  cipher.setAAD(header);
  const sealed: Uint8Array[] = [header];
  if (prefix) sealed.push(cipher.update(prefix));
  sealed.push(cipher.update(payload));
  cipher.final();
  sealed.push(cipher.getAuthTag());
  return sealed;
}

/** AES_CM_128_HMAC_SHA1_80 (RFC 3711, 4.1.1 and 4.2.1), for peers that cannot do GCM. */
function sealCm(
  key: KeyObject,
  salt: Uint8Array,
  auth: KeyObject,
  { header, prefix, payload, ssrc, packetIndex }: OutgoingPacket,
): Uint8Array[] {
  // IV = (salt * 2^16) xor (SSRC * 2^64) xor (index * 2^16)
  const iv = Buffer.alloc(cmIvBytes);
  iv.writeUInt32BE(ssrc, 4);
  iv.writeUIntBE(packetIndex, 8, 6);
  for (let at = 0; at < 14; at += 1) iv[at] = (iv[at] as number) ^ (salt[at] as number);
  const cipher = createCipheriv('aes-128-ctr', key, iv);
  const mac = createHmac('sha1', auth).update(header);
  const sealed: Uint8Array[] = [header];
  for (const clear of prefix ? [prefix, payload] : [payload]) {
    const text = cipher.update(clear);
    mac.update(text);
    sealed.push(text);
  }
  const rollover = Buffer.allocUnsafe(4);
  rollover.writeUInt32BE(Math.floor(packetIndex / 0x1_0000) >>> 0, 0);
  sealed.push(mac.update(rollover).digest().subarray(0, sha1TagBytes));
  return sealed;
}
