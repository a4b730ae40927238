import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpPacket, SrtpSession } from 'werift';
import { HeaderTemplate } from '../../src/rtp/header.ts';
import type { OutgoingPacket } from '../../src/rtp/outgoing.ts';
import { rtpHeaderFits } from '../../src/transport/incoming.ts';
import { type SrtpProfile, srtpProfiles, srtpSeal } from '../../src/transport/srtp.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

test('RFC 7714, 16.1.1: AEAD_AES_128_GCM gives the published packet', () => {
  const seal = srtpSeal({
    profile: srtpProfiles.aeadAes128Gcm,
    key: hex('000102030405060708090a0b0c0d0e0f'),
    salt: hex('517569642070726f2071756f'),
    auth: new Uint8Array(),
  });
  const sealed = seal({
    header: hex('8040f17b 8041f8d3 5501a0b2'),
    payload: Buffer.from('Gallia est omnis divisa in partes tres'),
    ssrc: 0x5501a0b2,
    packetIndex: 0xf17b,
  });
  expect(Buffer.concat(sealed).toString('hex')).toBe(
    hex(`8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b
         36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`).toString('hex'),
  );
});

test('RFC 3711, B.2: AES-CM gives the published key stream', () => {
  const seal = srtpSeal({
    profile: srtpProfiles.aes128CmSha1,
    key: hex('2b7e151628aed2a6abf7158809cf4f3c'),
    salt: hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd'),
    auth: new Uint8Array(20),
  });
  const sealed = seal({ header: new Uint8Array(12), payload: new Uint8Array(48), ssrc: 0, packetIndex: 0 });
  expect(Buffer.from(sealed[1]!).toString('hex')).toBe(
    'e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0',
  );
  expect(sealed.at(-1)).toHaveLength(10);
});

/** A receiver of another stack, and our seal under the same master keys. */
function pair(profile: SrtpProfile, secret: Uint8Array) {
  const key = Buffer.from(secret.subarray(0, 16));
  const salt = Buffer.from(secret.subarray(16, profile === srtpProfiles.aeadAes128Gcm ? 28 : 30));
  const receiver = new SrtpSession({
    keys: { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt },
    profile,
  });
  const { srtpSessionKey, srtpSessionSalt, srtpSessionAuthTag } = receiver.localContext;
  return {
    receiver,
    seal: srtpSeal({ profile, key: srtpSessionKey, salt: srtpSessionSalt, auth: srtpSessionAuthTag }),
  };
}

const header = new HeaderTemplate({ ssrc: 0xfedc_ba98, payloadType: 97, mid: '1', extensions: { mid: 3 } });

function packet(packetIndex: number, payload: Uint8Array, prefix?: Uint8Array): OutgoingPacket {
  const bytes = Buffer.alloc(header.bytes);
  header.write(bytes, 0, packetIndex, 1, true, 0);
  return { header: bytes, payload, ssrc: 0xfedc_ba98, packetIndex, ...(prefix ? { prefix } : {}) };
}

const profile = fc.constantFrom(...Object.values(srtpProfiles));
const secret = fc.uint8Array({ minLength: 30, maxLength: 30 });

test('another stack opens what is sealed, RTX prefix and all', () => {
  fc.assert(
    fc.property(
      profile,
      secret,
      fc.nat(0xffff),
      fc.uint8Array({ minLength: 1, maxLength: 1_200 }),
      fc.option(fc.uint8Array({ minLength: 2, maxLength: 2 }), { nil: undefined }),
      (id, keys, index, payload, prefix) => {
        const { receiver, seal } = pair(id, keys);
        const opened = RtpPacket.deSerialize(
          receiver.decrypt(Buffer.concat(seal(packet(index, payload, prefix)))),
        );
        expect(opened.payload.equals(Buffer.concat([prefix ?? Buffer.alloc(0), payload]))).toBe(true);
        expect(opened.header.sequenceNumber).toBe(index);
      },
    ),
  );
});

test.each(Object.entries(srtpProfiles))(
  'another stack opens every packet over four rollovers (%s)',
  (_, id) => {
    const { receiver, seal } = pair(id, Buffer.alloc(30, 7));
    // 40 steps through each rollover; the receiver guesses the counter as RFC 3711, 3.3.1 says.
    for (let index = 0x7000; index < 0x4_8000; index += 1_600) {
      for (const at of [
        index,
        ...[...Array(40).keys()].map((n) => Math.ceil(index / 0x1_0000) * 0x1_0000 - 20 + n),
      ]) {
        if (at < index || at >= index + 1_600) continue;
        const opened = RtpPacket.deSerialize(
          receiver.decrypt(Buffer.concat(seal(packet(at, Buffer.from(`${at}`))))),
        );
        expect(opened.payload.toString()).toBe(`${at}`);
      }
    }
  },
);

test('a packet changed on the way in any byte is refused by the receiver', () => {
  fc.assert(
    fc.property(profile, secret, fc.nat(100), fc.integer({ min: 1, max: 255 }), (id, keys, at, change) => {
      const { receiver, seal } = pair(id, keys);
      const sealed = Buffer.concat(seal(packet(5, Buffer.from('payload of a packet'))));
      const place = at % sealed.length;
      sealed[place] = sealed[place]! ^ change;
      // The other stack takes seconds over a forged length; see incoming.test.ts.
      expect(() => {
        if (!rtpHeaderFits(sealed)) throw new Error('refused');
        receiver.decrypt(sealed);
      }).toThrow();
    }),
  );
});
