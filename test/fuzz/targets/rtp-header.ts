import { rtpHeaderBytes } from '../../../src/rtp/incoming.ts';
import type { FuzzTarget } from '../target.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const payload = Buffer.alloc(40, 0xab);

export const target: FuzzTarget = {
  about: 'the header of an RTP packet that nobody has authenticated yet',
  seeds: [
    Buffer.concat([hex('806f0001 00000960 00000001'), payload]),
    Buffer.concat([hex('906f0001 00000960 00000001 bede0002 10300000 00000000'), payload]),
    Buffer.concat([hex('926f0001 00000960 00000001 00000002 00000003 bede0001 10300000'), payload]),
    Buffer.concat([hex('b06f0001 00000960 00000001 10000001 01013000'), payload, hex('00000004')]),
  ],
  take(input) {
    rtpHeaderBytes(input);
  },
  steps: { fixed: 5, perByte: 0 },
  bytes: { fixed: 0, perByte: 0 },
};
