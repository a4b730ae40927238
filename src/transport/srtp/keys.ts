/** Protection profiles by their DTLS-SRTP numbers (RFC 5764, 4.1.2; RFC 7714, 14.2). */
export const srtpProfiles = { aes128CmSha1: 0x0001, aeadAes128Gcm: 0x0007, aeadAes256Gcm: 0x0008 } as const;
export type SrtpProfile = (typeof srtpProfiles)[keyof typeof srtpProfiles];

/** Bytes of a profile's master key and master salt (RFC 5764, 4.1.2; RFC 7714, 12). */
export const masterKeyBytes: Readonly<Record<SrtpProfile, { readonly key: number; readonly salt: number }>> =
  {
    [srtpProfiles.aes128CmSha1]: { key: 16, salt: 14 },
    [srtpProfiles.aeadAes128Gcm]: { key: 16, salt: 12 },
    [srtpProfiles.aeadAes256Gcm]: { key: 32, salt: 12 },
  };

/** Master key and salt of one direction (RFC 3711, 4.3; RFC 5764, 4.2). */
export interface SrtpMasterKeys {
  readonly profile: SrtpProfile;
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/** What a DTLS handshake yields for media: ours to seal with, the peer's to open with. */
export interface SrtpKeyingMaterial {
  readonly local: SrtpMasterKeys;
  readonly remote: SrtpMasterKeys;
}
