import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import { hex } from '../hex.ts';
import { type FuzzTarget, promise } from '../target.ts';

const receiverReport = hex('81c90007 00000001 00000002 40000003 00010000 00000010 11223344 00010000');
const senderReport = hex(
  '81c8000c 00000001 83aa7e80 80000000 00015f90 00000064 00002710 00000002 00000000 00000000 00000000 00000000 00000000',
);
const nack = hex('81cd0003 00000001 00000002 ffffffff');
const pli = hex('81ce0002 00000001 00000002');
const fir = hex('84ce0004 00000001 00000000 00000002 07000000');
const sdes = hex('81ca0003 00000001 01026869 00000000');
const bye = hex('81cb0001 00000001');

/** Numbers that one NACK pair of 4 bytes can name: itself and 16 that follow. */
const lostPerPair = 17;

export const target: FuzzTarget = {
  about: 'a compound RTCP packet, opened',
  seeds: [
    receiverReport,
    senderReport,
    nack,
    pli,
    fir,
    Buffer.concat([receiverReport, sdes, nack, pli]),
    Buffer.concat([senderReport, sdes, bye]),
    Buffer.concat([hex('81cd0012 00000001 00000002'), Buffer.alloc(64, 0xff)]),
  ],
  take(input) {
    const read = readRtcp(input);
    let named = 0;
    for (const packet of read) {
      if (packet.type === 'nack') named += packet.lost.length;
      if (packet.type === 'reports') named += packet.reports.length;
      if (packet.type === 'keyframe-request' || packet.type === 'goodbye') named += packet.ssrcs.length;
    }
    promise(named <= (lostPerPair * input.length) / 4, 'what is read is bounded by what came');
  },
  steps: { fixed: 20, perByte: 5 },
  bytes: { fixed: 0, perByte: 0 },
};
