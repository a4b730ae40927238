import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalIp, ipBytes, ipText } from '../../../src/transport/stun/address.ts';

/** 16 bytes with many zeros, whose runs the text shortens. */
const ip6 = fc
  .array(fc.oneof(fc.constant(0), fc.nat(0xffff), fc.constant(0xffff)), { minLength: 8, maxLength: 8 })
  .map((words) => {
    const bytes = Buffer.alloc(16);
    for (const [index, word] of words.entries()) bytes.writeUInt16BE(word, 2 * index);
    return bytes;
  });
const ip4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes));

test('an address reads back from its text', () => {
  fc.assert(
    fc.property(fc.oneof(ip4, ip6), (bytes) => {
      expect(ipBytes(ipText(bytes))).toEqual(bytes);
    }),
  );
});

test('an address is spelled as the system spells it', () => {
  fc.assert(
    fc.property(ip6, (bytes) => {
      const address = bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:');
      expect(canonicalIp(address)).toBe(new SocketAddress({ family: 'ipv6', address }).address);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['0:0:0:0:0:ffff:c000:0201', '::ffff:192.0.2.1'],
  ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['::', '::'],
  ['192.0.2.1', '192.0.2.1'],
])('%s is %s', (address, text) => {
  expect(canonicalIp(address)).toBe(text);
});

test.each([
  '',
  '192.0.2',
  '192.0.2.256',
  '1.2.3.4.5',
  '::1%lo',
  'fe80::1%eth0',
  ':::',
  '1:2',
  'door.local',
  ' ::1',
])('"%s" is no address', (address) => {
  expect(ipBytes(address)).toBeUndefined();
});
