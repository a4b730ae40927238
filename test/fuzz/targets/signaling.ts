import { SignalingLink } from '../../../src/signaling/link.ts';
import { recorded } from '../../session/offers.ts';
import { type FuzzTarget, promise } from '../target.ts';

const message = (body: unknown, seq = 1) =>
  JSON.stringify({ v: 1, id: `s-${seq}`, from: 'viewer', to: 'cam', session: 's', seq, body });
const offer = { type: 'offer', sdp: 'v=0\r\n', media: [{ mid: '0', feed: 'door' }], standby: false };
const candidate = {
  type: 'candidate',
  candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host',
  sdpMid: '0',
  sdpMLineIndex: 0,
};

/** One line a message, so that a mistake can also be in their order. */
const conversations = [
  [message(offer)],
  [message(candidate)],
  [message(candidate), message(offer, 2), message(candidate, 3), message({ type: 'accept' }, 4)],
  [message(offer), message({ type: 'bye', reason: 'done' }, 2), message(offer, 3)],
  [message({ ...offer, sdp: recorded('chromium-h264-only'), standby: true }), message({ type: 'accept' }, 2)],
];

const words = [
  '\n',
  '"__proto__":{"v":1},',
  '"constructor":',
  '"type":"hello"',
  '"type":"answer"',
  '"seq":9007199254740993',
  '"seq":1e999',
  '"seq":-0',
  'null',
  '[',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
  '{"a":',
  '}',
  '\\ud800',
  '"v":2',
  ',',
];

export const target: FuzzTarget = {
  about: 'messages of a viewer over the signaling connection',
  seeds: conversations.map((lines) => Buffer.from(lines.join('\n'))),
  words: words.map((word) => Buffer.from(word)),
  take(input) {
    let ids = 0;
    const link = new SignalingLink({
      device: 'cam',
      feeds: [{ name: 'door', title: 'Door', audio: true, talk: true }],
      iceServers: [],
      linkId: 'link',
      newId: () => String(ids++),
    });
    const lines = Buffer.from(input).toString('utf8').split('\n');
    for (const line of lines) {
      const actions = link.receive(line);
      promise(actions.length <= 66, 'a message causes few actions'); // an offer sets 64 early candidates free
    }
  },
  steps: { fixed: 200, perByte: 10 },
  bytes: { fixed: 0, perByte: 2 },
};
