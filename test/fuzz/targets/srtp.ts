import { SrtpOpener } from '../../../src/transport/srtp/opener.ts';
import { SrtpSealer } from '../../../src/transport/srtp/sealer.ts';
import { masterKeys, profiles, rtcpCompound, rtpHeader } from '../../transport/srtp/keys.ts';
import { readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

const ssrc = 0x11223344;
const payload = Buffer.alloc(60, 0xab);

/** Packets of a peer, around a wrap of its sequence numbers. */
const streams = profiles.map((profile) => {
  const sealer = new SrtpSealer(masterKeys(profile));
  const rtp = Array.from({ length: 12 }, (_, at) => {
    const index = 0xfffa + at;
    return Buffer.concat([...sealer.rtp(rtpHeader(ssrc, index), undefined, payload, ssrc, index)]);
  });
  const rtcp = Array.from({ length: 3 }, () => sealer.rtcp(rtcpCompound(ssrc, Buffer.alloc(20, 1))));
  return [...rtp.slice(0, 6), ...rtcp, ...rtp.slice(6)];
});
const authentic = new Set(streams.flat().map((packet) => packet.toString('latin1')));
const seeds = streams.map((stream, profile) => stream.map((bytes) => ({ gapMs: 5, from: profile, bytes })));

export const target: FuzzTarget = {
  about: 'sealed packets of a peer, in any order, changed, and forged ones among them',
  seeds: [],
  inputs: sequences(seeds),
  take(input) {
    const openers = new Map<number, SrtpOpener>();
    const opened = new Set<string>();
    for (const { from, bytes } of readSequence(input)) {
      const which = from % profiles.length;
      const opener = openers.get(which) ?? new SrtpOpener(masterKeys(profiles[which]!));
      openers.set(which, opener);
      const type = (bytes[1] ?? 0) & 0x7f;
      const clear = type >= 64 && type <= 95 ? opener.rtcp(bytes) : opener.rtp(bytes);
      if (!clear) continue;
      const text = Buffer.from(bytes).toString('latin1');
      promise(authentic.has(text), 'only what was sealed opens');
      promise(!opened.has(`${which} ${text}`), 'nothing opens twice');
      opened.add(`${which} ${text}`);
    }
  },
  steps: { fixed: 2_000, perByte: 10 },
  bytes: { fixed: 10_000, perByte: 10 },
  heavy: 10,
};
