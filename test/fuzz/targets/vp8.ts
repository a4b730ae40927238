import { packetizeVp8 } from '../../../src/rtp/packetizers/vp8.ts';
import { maxPayloadBytes } from '../../../src/rtp/payload.ts';
import { type FuzzTarget, promise } from '../target.ts';

const descriptorBytes = 4;

export const target: FuzzTarget = {
  about: 'a VP8 frame, packetized',
  seeds: [0, 1, 100, maxPayloadBytes - descriptorBytes, maxPayloadBytes, 5 * maxPayloadBytes, 60_000].map(
    (length) => Buffer.alloc(length, 0xab),
  ),
  take(input) {
    const payloads = packetizeVp8(input, 0xffff);
    const bytes = payloads.reduce((sum, payload) => sum + payload.length, 0);
    promise(
      bytes === input.length + descriptorBytes * payloads.length,
      'payloads are the frame and descriptors',
    );
    promise(
      payloads.every(({ length }) => length <= maxPayloadBytes),
      'no payload is longer than a packet holds',
    );
  },
  steps: { fixed: 5, perByte: 0.01 },
  bytes: { fixed: 0, perByte: 2 },
};
