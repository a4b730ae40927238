import { expect, test } from 'vitest';
import { deriveSrtpKeys } from '../../../src/transport/srtp/derivation.ts';
import { srtpProfiles } from '../../../src/transport/srtp/keys.ts';
import { hex, masterKeys, profiles } from './keys.ts';

test('RFC 3711, B.3: the published session keys come of the published master key', () => {
  const { rtp } = deriveSrtpKeys({
    profile: srtpProfiles.aes128CmSha1,
    key: hex('E1F97A0D3E018BE0D64FA32C06DE4139'),
    salt: hex('0EC675AD498AFEEBB6960B3AABE6'),
  });
  expect(rtp.key).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
  expect(rtp.salt).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
  expect(rtp.auth).toEqual(hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
});

test('RTP and RTCP share no key, and GCM needs none for a MAC', () => {
  for (const profile of profiles) {
    const { rtp, rtcp } = deriveSrtpKeys(masterKeys(profile));
    expect(rtp.key.equals(rtcp.key)).toBe(false);
    expect(rtp.salt.equals(rtcp.salt)).toBe(false);
    expect(rtp.auth).toHaveLength(profile === srtpProfiles.aes128CmSha1 ? 20 : 0);
  }
});
