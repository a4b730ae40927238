import { createCipheriv } from 'node:crypto';
import { type SrtpMasterKeys, type SrtpProfile, srtpProfiles } from './keys.ts';

/** Keys of one protocol and direction (RFC 3711, 4.3). */
export interface SrtpSessionKeys {
  readonly key: Buffer;
  readonly salt: Buffer;
  /** For HMAC; empty where the cipher authenticates by itself. */
  readonly auth: Buffer;
}

/** What is made of a master key: one set for RTP, one for RTCP. */
export interface SrtpKeySets {
  readonly rtp: SrtpSessionKeys;
  readonly rtcp: SrtpSessionKeys;
}

/** Labels of RTP's keys; RTCP's are 3 higher (RFC 3711, 4.3.1 and 4.3.2). */
const labels = { encryption: 0, authentication: 1, salt: 2 } as const;
const rtcpLabels = 3;
/** The label stands above a 48-bit index, in the low end of the 112-bit salt (RFC 3711, 4.3.1). */
const labelAt = 7;
const counterBytes = 16;
/** HMAC-SHA1's key (RFC 3711, 5.2). */
const authKeyBytes = 20;

const ciphers: Readonly<Record<SrtpProfile, 'aes-128-ctr' | 'aes-256-ctr'>> = {
  [srtpProfiles.aes128CmSha1]: 'aes-128-ctr',
  [srtpProfiles.aeadAes128Gcm]: 'aes-128-ctr',
  [srtpProfiles.aeadAes256Gcm]: 'aes-256-ctr', // AES_256_CM_PRF (RFC 6188, 3; RFC 7714, 11)
};

/** Derives session keys, at a key derivation rate of 0: once for a master key's life (RFC 3711, 4.3). */
export function deriveSrtpKeys({ profile, key, salt }: SrtpMasterKeys): SrtpKeySets {
  const derive = (label: number, bytes: number): Buffer => {
    // A salt of 96 bits is as if it ended in zeros (RFC 7714, 11); the last two bytes count blocks of key stream.
    const counter = Buffer.alloc(counterBytes);
    counter.set(salt);
    counter[labelAt] = (counter[labelAt] ?? 0) ^ label;
    return createCipheriv(ciphers[profile], key, counter).update(Buffer.alloc(bytes));
  };
  const keys = (offset: number): SrtpSessionKeys => ({
    key: derive(labels.encryption + offset, key.length),
    salt: derive(labels.salt + offset, salt.length),
    auth:
      profile === srtpProfiles.aes128CmSha1
        ? derive(labels.authentication + offset, authKeyBytes)
        : Buffer.alloc(0),
  });
  return { rtp: keys(0), rtcp: keys(rtcpLabels) };
}
