import { expect, test } from 'vitest';
import { CmCipher } from '../../../src/transport/srtp/cm.ts';
import { deriveSrtpKeys } from '../../../src/transport/srtp/derivation.ts';
import { GcmCipher } from '../../../src/transport/srtp/gcm.ts';
import { KeyStream } from '../../../src/transport/srtp/key-stream.ts';
import { srtpProfiles } from '../../../src/transport/srtp/keys.ts';
import { hex } from './keys.ts';

const quidProQuo = hex('517569642070726f2071756f');
const gcm = (key: string) => {
  const keys = { key: hex(key), salt: quidProQuo, auth: Buffer.alloc(0) };
  return new GcmCipher({ rtp: keys, rtcp: keys });
};
const key128 = '000102030405060708090a0b0c0d0e0f';
const key256 = `${key128}101112131415161718191a1b1c1d1e1f`;

test('RFC 3711, B.2: AES-CM gives the published key stream, at both ends of its counter', () => {
  const stream = new KeyStream(hex('2B7E151628AED2A6ABF7158809CF4F3C'), hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'));
  const blocks = 0xff02;
  const bytes = stream.apply(undefined, Buffer.alloc(blocks * 16), 0, 0, 0);
  expect(bytes.subarray(0, 48)).toEqual(
    hex(`E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0`),
  );
  expect(bytes.subarray(0xfeff * 16, 0xff02 * 16)).toEqual(
    hex(`EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44`),
  );
});

test.each([
  [
    'RFC 7714, 16.1: AEAD_AES_128_GCM',
    key128,
    `f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b
     36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`,
  ],
  [
    'RFC 7714, 16.2: AEAD_AES_256_GCM',
    key256,
    `32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f
     1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13`,
  ],
])('%s gives the published packet, and opens it', (_, key, sealed) => {
  const header = hex('8040f17b 8041f8d3 5501a0b2');
  const text = Buffer.from('Gallia est omnis divisa in partes tres');
  const packet = Buffer.concat([header, hex(sealed)]);
  const cipher = gcm(key);
  expect(Buffer.concat(cipher.sealRtp(header, undefined, text, 0x5501a0b2, 0xf17b))).toEqual(packet);
  expect(cipher.openRtp(packet, 12, 0x5501a0b2, 0xf17b)).toEqual(Buffer.concat([header, text]));
});

test.each([
  [
    'RFC 7714, 17.1: AEAD_AES_128_GCM',
    key128,
    `63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b
     c84aa458 96cf4d2f c5abf872 45d9eade`,
  ],
  [
    'RFC 7714, 17.2: AEAD_AES_256_GCM',
    key256,
    `d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad
     1d1eb30c 4446839f 57ff6f6c b26ac3be`,
  ],
])('%s gives the published SRTCP packet, and opens it', (_, key, sealed) => {
  const clear = hex('81c8000d 4d617273');
  const compound = Buffer.concat([
    clear,
    hex('4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef'),
  ]);
  const packet = Buffer.concat([clear, hex(sealed), hex('800005d4')]);
  const cipher = gcm(key);
  expect(cipher.sealRtcp(compound, 0x4d617273, 0x5d4)).toEqual(packet);
  expect(cipher.openRtcp(packet, 0x4d617273, 0x5d4)).toEqual(compound);
});

/** What all users of libsrtp agree on, from master keys to packets; sequence number 0x1234, SRTCP index 1. */
const ssrc = 0xcafebabe;
const ab = Buffer.alloc(16, 0xab);
const rtp = hex('800f1234 decafbad cafebabe');
const rtcp = hex('81c8000b cafebabe');
const cm = new CmCipher(
  deriveSrtpKeys({
    profile: srtpProfiles.aes128CmSha1,
    key: hex('e1f97a0d3e018be0d64fa32c06de4139'),
    salt: hex('0ec675ad498afeebb6960b3aabe6'),
  }),
);
const derivedGcm = new GcmCipher(
  deriveSrtpKeys({
    profile: srtpProfiles.aeadAes128Gcm,
    key: hex(key128),
    salt: hex('a0a1a2a3a4a5a6a7a8a9aaab'),
  }),
);

test.each([
  [
    'AES_CM_128_HMAC_SHA1_80',
    cm,
    '4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb',
    '7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798',
  ],
  [
    'AEAD_AES_128_GCM',
    derivedGcm,
    'c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392',
    'c98b8b5df0392a55852b6c21ac8e7025 c52c6fbea2b3b446ea31123ba88ce61e 80000001',
  ],
])('%s: the known answers of libsrtp, from the master key on', (_, cipher, srtp, srtcp) => {
  const packet = Buffer.concat([rtp, hex(srtp)]);
  expect(Buffer.concat(cipher.sealRtp(rtp, undefined, ab, ssrc, 0x1234))).toEqual(packet);
  expect(cipher.openRtp(packet, 12, ssrc, 0x1234)).toEqual(Buffer.concat([rtp, ab]));
  const control = Buffer.concat([rtcp, hex(srtcp)]);
  expect(cipher.sealRtcp(Buffer.concat([rtcp, ab]), ssrc, 1)).toEqual(control);
  expect(cipher.openRtcp(control, ssrc, 1)).toEqual(Buffer.concat([rtcp, ab]));
});
