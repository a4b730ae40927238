import { readCandidate, withAddress, writeCandidate } from '../../../src/transport/ice/candidate.ts';
import { type FuzzTarget, promise } from '../target.ts';

const lines = [
  'candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1',
  'a=candidate:3471623853 1 udp 1685987071 198.51.100.2 61765 typ srflx raddr 10.0.0.1 rport 9 generation 0',
  'candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0',
  'candidate:1 1 UDP 41885439 2001:db8::1 50000 typ relay raddr :: rport 0',
  'candidate:1 1 udp 2113937151 3f2504e0-4f89-41d3-9a0c-0305e82c3301.local 50000 typ host',
];
const words = [
  ' ',
  '  ',
  '\t',
  'typ ',
  ' tcptype passive',
  ' raddr ',
  ' rport 65536',
  '.local',
  '::',
  '::ffff:1.2.3.4',
  '%eth0',
  '0',
  '-1',
  '4294967296',
  '1e3',
  '0x10',
  '255.255.255.255',
  'fe80::1',
  '\0',
  'é',
  'candidate:',
];

export const target: FuzzTarget = {
  about: 'a line with an ICE candidate',
  seeds: lines.map((line) => Buffer.from(line)),
  words: words.map((word) => Buffer.from(word)),
  take(input) {
    const candidate = readCandidate(Buffer.from(input).toString('utf8'));
    if (typeof candidate === 'string') return;
    if ('name' in candidate) {
      withAddress(candidate, '192.0.2.1');
      return;
    }
    const again = readCandidate(writeCandidate(candidate));
    promise(JSON.stringify(again) === JSON.stringify(candidate), 'what is written is read as it was');
  },
  steps: { fixed: 500, perByte: 2 },
  bytes: { fixed: 100, perByte: 4 },
};
