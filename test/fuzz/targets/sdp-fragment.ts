import {
  assignAll,
  fragmentOf,
  parseFragment,
  restartedOffer,
  ufragOf,
} from '../../../src/signaling/sdp-fragment.ts';
import { recorded } from '../../session/offers.ts';
import { type FuzzTarget, promise } from '../target.ts';

const fragment = [
  'a=ice-ufrag:EsAw',
  'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
  'm=audio 9 RTP/AVP 0',
  'a=mid:0',
  'a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw',
  'a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ srflx raddr 10.0.0.1 rport 9',
  'a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active',
  'a=end-of-candidates',
  '',
].join('\r\n');

const words = [
  '\r\n',
  '\n',
  '\r',
  'm=',
  'a=',
  'a=mid:',
  'a=candidate:',
  'o=- 1 99999999999999999999 ',
  ':',
  ' ',
  '\0',
];

export const target: FuzzTarget = {
  about: "a description's parts on their own, as WHEP's PATCH carries them",
  seeds: [fragment, fragment, recorded('chromium-h264-only')].map((text) => Buffer.from(text)),
  words: words.map((word) => Buffer.from(word)),
  take(input) {
    const text = Buffer.from(input).toString('utf8');
    const read = parseFragment(text);
    promise(
      typeof read === 'string' || read.candidates.length <= text.length / 8,
      'no candidate out of nothing',
    );
    promise(fragmentOf(text).length <= text.length * 2 + 2, 'the fragment of a description is a part of it');
    restartedOffer(text, 'abcd', 'abcdefghijklmnopqrstuvwx');
    ufragOf(text);
    assignAll(text, 'door');
  },
  steps: { fixed: 50, perByte: 12 },
  bytes: { fixed: 0, perByte: 2 },
};
