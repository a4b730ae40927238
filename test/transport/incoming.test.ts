import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeaderTemplate } from '../../src/rtp/header.ts';
import { rtpHeaderFits } from '../../src/transport/incoming.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('every header we make ourselves fits', () => {
  for (const extensions of [{}, { mid: 1 }, { mid: 1, transportWideCc: 2, playoutDelay: 3 }]) {
    const template = new HeaderTemplate({ ssrc: 1, payloadType: 96, mid: '0', extensions });
    const bytes = Buffer.alloc(template.bytes);
    template.write(bytes, 0, 1, 2, true, 3);
    expect(rtpHeaderFits(bytes)).toBe(true);
    expect(rtpHeaderFits(bytes.subarray(0, -1))).toBe(false);
  }
});

test('a forged extension length does not reach the parser that would believe it', () => {
  const forged = hex('9061 0005 00000001 fedcba98 bede 8001 30310000');
  expect(rtpHeaderFits(forged)).toBe(false);
  expect(rtpHeaderFits(hex('9061 0005 00000001 fedcba98 bede 0001 30310000'))).toBe(true);
});

test('contributing sources that are not there do not fit', () => {
  expect(rtpHeaderFits(hex('8f61 0005 00000001 fedcba98'))).toBe(false);
  expect(rtpHeaderFits(hex('8161 0005 00000001 fedcba98 00000001'))).toBe(true);
});

test('whatever the bytes are, the answer is yes or no', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(typeof rtpHeaderFits(bytes)).toBe('boolean');
    }),
  );
});
