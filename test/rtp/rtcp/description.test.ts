import { expect, test } from 'vitest';
import { goodbye, sourceDescription } from '../../../src/rtp/rtcp/description.ts';
import { readRtcp } from '../../../src/rtp/rtcp/read.ts';
import { hex } from './hex.ts';

test('a source description names every stream by the same CNAME (RFC 3550, 6.5)', () => {
  // 'porch' fills its word with one zero.
  expect(sourceDescription([1, 2], 'porch')).toEqual(
    hex('82ca 0006 00000001 0105 706f 72636800 00000002 0105 706f 72636800'),
  );
});

test('a name that ends with a word is ended by a word of zeros', () => {
  expect(sourceDescription([1], 'ab')).toEqual(hex('81ca 0003 00000001 0102 6162 00000000'));
});

test('a name of more than 255 bytes is cut', () => {
  const bytes = sourceDescription([1], 'n'.repeat(300));
  expect(bytes[9]).toBe(255);
  expect(bytes.length).toBe(4 * (bytes.readUInt16BE(2) + 1));
});

test('a goodbye names the streams that ended (RFC 3550, 6.6), and is read back', () => {
  expect(goodbye([1, 2])).toEqual(hex('82cb 0002 00000001 00000002'));
  expect(readRtcp(goodbye([1, 2]))).toEqual([{ type: 'goodbye', ssrcs: [1, 2] }]);
});
