import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nack, pictureLoss } from '../../../src/rtp/rtcp/feedback.ts';
import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import { hex } from './hex.ts';

const parties = { from: 1, about: 0xdead_beef };

test('a NACK is a sequence number and a mask of the 16 after it (RFC 4585, 6.2.1)', () => {
  expect(nack(parties, [10])).toEqual(hex('81cd 0003 00000001 deadbeef 000a 0000'));
  expect(nack(parties, [10, 11, 26])).toEqual(hex('81cd 0003 00000001 deadbeef 000a 8001'));
  expect(nack(parties, [10, 27, 28])).toEqual(hex('81cd 0004 00000001 deadbeef 000a 0000 001b 0001'));
});

test('a NACK over the wrap goes on in the same mask', () => {
  expect(nack(parties, [65_535, 0, 1])).toEqual(hex('81cd 0003 00000001 deadbeef ffff 0003'));
});

test('a NACK that names a packet twice asks for it once', () => {
  expect(nack(parties, [10, 10, 11, 11])).toEqual(nack(parties, [10, 11]));
});

test('a PLI is three words (RFC 4585, 6.3.1)', () => {
  expect(pictureLoss(parties)).toEqual(hex('81ce 0002 00000001 deadbeef'));
  expect(readRtcp(pictureLoss(parties))).toEqual([{ type: 'keyframe-request', ssrcs: [0xdead_beef] }]);
});

test('any NACK read back names the packets it was made of, wherever the wrap is', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 }),
      (start, steps) => {
        let at = start;
        const lost = steps.map((step) => {
          at += step;
          return at & 0xffff;
        });
        expect(readRtcp(nack(parties, lost))).toEqual([{ type: 'nack', ssrc: 0xdead_beef, lost }]);
      },
    ),
  );
});
