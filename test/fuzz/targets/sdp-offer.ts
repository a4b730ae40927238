import { VedetteError } from '../../../src/errors.ts';
import { planOffer } from '../../../src/session/offer.ts';
import { door, recorded, recordings } from '../../session/offers.ts';
import { type FuzzTarget, promise } from '../target.ts';

/** Short ones, so that a mistake meets something that is read. */
const minimal = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=video 9 UDP/TLS/RTP/SAVPF 102 103',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  'a=setup:actpass',
  'a=recvonly',
  'a=rtcp-mux',
  'a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 packetization-mode=1;profile-level-id=42e01f',
  'a=rtcp-fb:102 nack pli',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:1',
  'a=ice-ufrag:abcd',
  'a=fingerprint:sha-256 AB:CD',
  'a=sctp-port:5000',
  '',
].join('\r\n');

const words = [
  '\r\n',
  '\n',
  'm=video 9 UDP/TLS/RTP/SAVPF 96\r\n',
  'm=audio 0 UDP/TLS/RTP/SAVPF\r\n',
  'm=\r\n',
  'a=mid:*\r\n',
  'a=group:BUNDLE 1 0\r\n',
  'a=rtpmap:',
  'a=rtpmap:96 VP8/90000\r\n',
  'a=rtpmap:111 opus/48000/2\r\n',
  'a=fmtp:96 ',
  'a=extmap:0 ',
  'a=ssrc:4294967296 cname:x\r\n',
  'a=ssrc-group:FID 1 2\r\n',
  'a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n',
  'a=fingerprint:sha-256 \r\n',
  'a=ice-ufrag:\r\n',
  'a=__proto__:x\r\n',
  '__proto__',
  'constructor',
  ';apt=',
  '99999999999999999999',
  '-1',
  'NaN',
  '\0',
  'é',
].map((word) => Buffer.from(word));

export const target: FuzzTarget = {
  about: 'the offer of a viewer',
  seeds: [minimal, minimal, ...recordings.map(recorded)].map((text) => Buffer.from(text)),
  words,
  take(input) {
    const sdp = Buffer.from(input).toString('utf8');
    try {
      const plan = planOffer(sdp, [{ mid: '*', feed: 'door' }], [door]);
      promise(plan.sections.length <= 64, 'at most 64 sections');
      const { iceUfrag, icePwd } = plan.transport;
      // 256 is RFC 8839's; both stand in every check that we send.
      promise(iceUfrag.length <= 256 && icePwd.length <= 256, 'credentials that fit into a check');
    } catch (error) {
      // Its contract: an offer is refused with one of our own errors.
      if (!(error instanceof VedetteError)) throw error;
    }
  },
  steps: { fixed: 500, perByte: 4 },
  bytes: { fixed: 0, perByte: 2 },
};
