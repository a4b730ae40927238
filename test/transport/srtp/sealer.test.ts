import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RtpPacket, SrtcpSession, SrtpSession } from 'werift';
import { HeaderTemplate } from '../../../src/rtp/header.ts';
import { type SrtpProfile, srtpProfiles } from '../../../src/transport/srtp/keys.ts';
import { SrtpOpener } from '../../../src/transport/srtp/opener.ts';
import { SrtpSealer } from '../../../src/transport/srtp/sealer.ts';
import { masterKeys, profiles, rtcpCompound, rtpHeader } from './keys.ts';

/** The profiles that the other stack knows. */
const shared = [srtpProfiles.aeadAes128Gcm, srtpProfiles.aes128CmSha1] as const;

function otherStack(id: (typeof shared)[number], secret: Uint8Array) {
  const master = masterKeys(id, secret);
  const key = Buffer.from(master.key);
  const salt = Buffer.from(master.salt);
  const keys = { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt };
  return { rtp: new SrtpSession({ keys, profile: id }), rtcp: new SrtcpSession({ keys, profile: id }) };
}

const secret = fc.uint8Array({ minLength: 46, maxLength: 46 });
const header = new HeaderTemplate({ ssrc: 0xfedc_ba98, payloadType: 97, mid: '1', extensions: { mid: 3 } });

function headerOf(packetIndex: number): Buffer {
  const bytes = Buffer.alloc(header.bytes);
  header.write(bytes, 0, packetIndex, 1, true, 0);
  return bytes;
}

test('another stack opens what is sealed, RTX prefix and all', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...shared),
      secret,
      fc.nat(0xffff),
      fc.uint8Array({ minLength: 1, maxLength: 3_000 }),
      fc.option(fc.uint8Array({ minLength: 2, maxLength: 2 }), { nil: undefined }),
      (id, keys, index, payload, prefix) => {
        const sealer = new SrtpSealer(masterKeys(id, keys));
        const sealed = Buffer.concat(sealer.rtp(headerOf(index), prefix, payload, 0xfedc_ba98, index));
        const opened = RtpPacket.deSerialize(otherStack(id, keys).rtp.decrypt(sealed));
        expect(opened.payload.equals(Buffer.concat([prefix ?? Buffer.alloc(0), payload]))).toBe(true);
        expect(opened.header.sequenceNumber).toBe(index);
      },
    ),
  );
});

test('what another stack seals is opened', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...shared),
      secret,
      fc.nat(0xffff),
      fc.uint8Array({ minLength: 1, maxLength: 3_000 }),
      (id, keys, index, payload) => {
        const { rtp, rtcp } = otherStack(id, keys);
        const opener = new SrtpOpener(masterKeys(id, keys));
        const clear = Buffer.concat([rtpHeader(5, index), payload]);
        const sealed = rtp.encrypt(Buffer.from(payload), RtpPacket.deSerialize(clear).header);
        expect(opener.rtp(sealed)).toEqual(clear);
        const compound = rtcpCompound(5, payload);
        expect(opener.rtcp(rtcp.encrypt(compound))).toEqual(compound);
      },
    ),
  );
});

test('another stack opens RTCP, and finds its indexes in order', () => {
  for (const id of shared) {
    const { rtcp } = otherStack(id, Buffer.alloc(46, 7));
    const sealer = new SrtpSealer(masterKeys(id));
    for (let index = 0; index < 5; index += 1) {
      const compound = rtcpCompound(9, Buffer.alloc(4 * index, index));
      const sealed = sealer.rtcp(compound);
      const wordAt = sealed.length - (id === srtpProfiles.aes128CmSha1 ? 14 : 4);
      expect(sealed.readUInt32BE(wordAt)).toBe(0x8000_0000 + index);
      expect(rtcp.decrypt(sealed)).toEqual(compound);
    }
  }
});

test.each(shared)('another stack opens every packet over four rollovers (profile %i)', (id) => {
  const { rtp } = otherStack(id, Buffer.alloc(46, 7));
  const sealer = new SrtpSealer(masterKeys(id));
  // 40 steps through each rollover; the receiver guesses the counter as RFC 3711, 3.3.1 says.
  for (let index = 0x7000; index < 0x4_8000; index += 1_600) {
    const wrap = Math.ceil(index / 0x1_0000) * 0x1_0000;
    for (const at of [index, ...Array.from({ length: 40 }, (_, step) => wrap - 20 + step)]) {
      if (at < index || at >= index + 1_600) continue;
      const sealed = sealer.rtp(headerOf(at), undefined, Buffer.from(`${at}`), 0xfedc_ba98, at);
      const opened = RtpPacket.deSerialize(rtp.decrypt(Buffer.concat(sealed)));
      expect(opened.payload.toString()).toBe(`${at}`);
    }
  }
});

test('the pieces of one packet stand while the next ones are sealed, and the payload is not written to', () => {
  for (const id of profiles as readonly SrtpProfile[]) {
    const sealer = new SrtpSealer(masterKeys(id));
    const opener = new SrtpOpener(masterKeys(id));
    const payload = Buffer.alloc(1_130, 0x5a);
    const sealed = Array.from({ length: 50 }, (_, index) => [
      ...sealer.rtp(rtpHeader(1, index), index % 2 ? Buffer.of(1, 2) : undefined, payload, 1, index),
    ]);
    for (const [index, pieces] of sealed.entries()) {
      const packet = opener.rtp(Buffer.concat(pieces));
      expect(packet?.subarray(index % 2 ? 14 : 12).equals(payload)).toBe(true);
    }
    expect(payload.every((byte) => byte === 0x5a)).toBe(true);
  }
});

test('a datagram sealed is as long as its profile says', () => {
  for (const [id, tag, trailer] of [
    [srtpProfiles.aeadAes128Gcm, 16, 20],
    [srtpProfiles.aeadAes256Gcm, 16, 20],
    [srtpProfiles.aes128CmSha1, 10, 14],
  ] as const) {
    const sealer = new SrtpSealer(masterKeys(id));
    for (const bytes of [1, 15, 16, 17, 1_130]) {
      const pieces = sealer.rtp(rtpHeader(1, bytes), undefined, Buffer.alloc(bytes), 1, bytes);
      expect(Buffer.concat(pieces)).toHaveLength(12 + bytes + tag);
      expect(sealer.rtcp(rtcpCompound(1, Buffer.alloc(bytes)))).toHaveLength(8 + bytes + trailer);
    }
  }
});
