import {
  masterKeyBytes,
  type SrtpMasterKeys,
  type SrtpProfile,
  srtpProfiles,
} from '../../../src/transport/srtp/keys.ts';

export const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** Master keys cut from a secret of at least 46 bytes. */
export function masterKeys(profile: SrtpProfile, secret: Uint8Array = Buffer.alloc(46, 7)): SrtpMasterKeys {
  const { key, salt } = masterKeyBytes[profile];
  return { profile, key: secret.subarray(0, key), salt: secret.subarray(key, key + salt) };
}

export const profiles = Object.values(srtpProfiles);

/** An RTP packet's header without extensions. */
export function rtpHeader(ssrc: number, sequenceNumber: number): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x8060, 0);
  header.writeUInt16BE(sequenceNumber & 0xffff, 2);
  header.writeUInt32BE(ssrc, 8);
  return header;
}

/** A receiver report without blocks: the shortest compound, and as much behind it as is wanted. */
export function rtcpCompound(ssrc: number, more: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);
  head.writeUInt32BE(ssrc, 4);
  return Buffer.concat([head, more]);
}
