import { FrameReader } from '../../../src/transport/wire/tcp.ts';
import { hex } from '../hex.ts';
import { type FuzzTarget, promise } from '../target.ts';

const frame = (bytes: number) => {
  const framed = Buffer.alloc(2 + bytes, 0xab);
  framed.writeUInt16BE(bytes, 0);
  return framed;
};
/** As a connection gives them: cut anywhere. */
const chunkBytes = 97;

export const target: FuzzTarget = {
  about: 'datagrams in a TCP stream (RFC 4571)',
  seeds: [frame(0), frame(100), Buffer.concat([frame(20), frame(1), frame(1_200)]), frame(1_500)],
  words: ['0000', '0001', 'ffff', '05dc', '4000'].map(hex),
  take(input) {
    let out = 0;
    const reader = new FrameReader((datagram) => (out += datagram.length));
    const bytes = Buffer.from(input);
    for (let at = 0; at < bytes.length; at += chunkBytes)
      if (!reader.push(bytes.subarray(at, at + chunkBytes))) break;
    promise(out <= input.length, 'datagrams are what came');
  },
  steps: { fixed: 20, perByte: 2 },
  bytes: { fixed: 500, perByte: 60 },
};
