import type { SrtpCipher } from './cipher.ts';
import { CmCipher } from './cm.ts';
import { deriveSrtpKeys } from './derivation.ts';
import { GcmCipher } from './gcm.ts';
import { type SrtpMasterKeys, srtpProfiles } from './keys.ts';

/** Protection for one direction, from its master keys. */
export function srtpCipher(master: SrtpMasterKeys): SrtpCipher {
  const keys = deriveSrtpKeys(master);
  switch (master.profile) {
    case srtpProfiles.aeadAes128Gcm:
    case srtpProfiles.aeadAes256Gcm:
      return new GcmCipher(keys);
    case srtpProfiles.aes128CmSha1:
      return new CmCipher(keys);
  }
}
