import { readExtension, readRtp } from '../../../src/rtp/incoming.ts';
import { hex } from '../hex.ts';
import { type FuzzTarget, promise } from '../target.ts';

const payload = Buffer.alloc(40, 0xab);

export const target: FuzzTarget = {
  about: 'an RTP packet, its header extensions and its padding',
  seeds: [
    Buffer.concat([hex('806f0001 00000960 00000001'), payload]),
    Buffer.concat([hex('906f0001 00000960 00000001 bede0002 10300000 00000000'), payload]),
    Buffer.concat([hex('926f0001 00000960 00000001 00000002 00000003 bede0001 10300000'), payload]),
    Buffer.concat([hex('906f0001 00000960 00000001 10000002 01013003 02a1b2c3'), payload]),
    Buffer.concat([hex('b06f0001 00000960 00000001 bede0001 f0300000'), payload, hex('00000004')]),
  ],
  words: ['bede', '1000', '100f', 'f0', '00', 'ff', '0f'].map(hex),
  take(input) {
    const packet = readRtp(input);
    if (!packet) return;
    promise(
      packet.payload.length + packet.extensions.block.length + 12 <= input.length,
      'its parts are inside it',
    );
    for (let id = 0; id <= 16; id += 1) {
      const data = readExtension(packet.extensions, id);
      promise((data?.length ?? 0) <= packet.extensions.block.length, 'an extension is inside its block');
    }
  },
  steps: { fixed: 80, perByte: 18 },
  bytes: { fixed: 0, perByte: 0 },
};
