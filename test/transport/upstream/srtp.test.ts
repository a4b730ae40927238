/** Holes of the pinned werift, as docs/upstream tells them. A test that fails here says that one is closed: update it. */
import { expect, test } from 'vitest';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RtpHeader,
  SrtcpSession,
  SrtpSession,
} from 'werift';

const profiles = [
  { name: 'AEAD_AES_128_GCM', profile: ProtectionProfileAeadAes128Gcm, saltBytes: 12 },
  { name: 'AES128_CM_HMAC_SHA1_80', profile: ProtectionProfileAes128CmHmacSha1_80, saltBytes: 14 },
];

const config = ({ profile, saltBytes }: (typeof profiles)[number]) => {
  const [key, salt] = [Buffer.alloc(16, 7), Buffer.alloc(saltBytes, 9)];
  return {
    keys: { localMasterKey: key, localMasterSalt: salt, remoteMasterKey: key, remoteMasterSalt: salt },
    profile,
  };
};

/** How many of these the receiver opens. */
const opened = (open: (packet: Buffer) => unknown, packets: readonly Buffer[]) =>
  packets.filter((packet) => {
    try {
      open(Buffer.from(packet));
      return true;
    } catch {
      return false;
    }
  }).length;

/** A picture loss indication (RFC 4585, 6.3.1). */
const pictureLoss = Buffer.from('81ce0002000000010000000a', 'hex');

test.each(profiles)('$name: packets in any order around a wrap are opened once each', (profile) => {
  const [sender, receiver] = [new SrtpSession(config(profile)), new SrtpSession(config(profile))];
  const packets = Array.from({ length: 40 }, (_, offset) =>
    sender.encrypt(
      Buffer.from('sound'),
      new RtpHeader({ ssrc: 5, payloadType: 111, sequenceNumber: (65_520 + offset) & 0xffff }),
    ),
  );
  const swapped = packets.flatMap((_, at) => (at % 2 === 0 ? [packets[at + 1]!, packets[at]!] : []));
  expect(opened(receiver.decrypt, swapped)).toBe(40);
});

test.each(profiles)('hole: $name: an SRTP packet that is sent again is opened again', (profile) => {
  const [sender, receiver] = [new SrtpSession(config(profile)), new SrtpSession(config(profile))];
  const packet = sender.encrypt(
    Buffer.from('open the door'),
    new RtpHeader({ ssrc: 5, payloadType: 111, sequenceNumber: 9 }),
  );
  expect(opened(receiver.decrypt, Array(6).fill(packet))).toBe(6);
});

test.each(profiles)('hole: $name: an SRTCP packet that is sent again is opened again', (profile) => {
  const [sender, receiver] = [new SrtcpSession(config(profile)), new SrtcpSession(config(profile))];
  const packet = sender.encrypt(pictureLoss);
  expect(opened(receiver.decrypt, Array(6).fill(packet))).toBe(6);
});
