import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mappedAddressOf, priorityOf, roleClaimOf, usernameOf } from '../../../src/transport/stun/binding.ts';
import {
  attributeTypes,
  hasValidFingerprint,
  isStun,
  maxStunAttributes,
  maxStunBytes,
  readStun,
  type StunMessage,
  verifyIntegrity,
  writeStun,
} from '../../../src/transport/stun/message.ts';
import { ip4Response, ip6Response, longTermRequest, password, request } from './vectors.ts';

function read(bytes: Uint8Array): StunMessage {
  const message = readStun(bytes);
  if (typeof message === 'string') throw new Error(message);
  return message;
}

/** Puts attributes behind a message, with its length put right. */
function appended(message: Buffer, ...attributes: Buffer[]): Buffer {
  const bytes = Buffer.concat([message, ...attributes]);
  bytes.writeUInt16BE(bytes.length - 20, 2);
  return bytes;
}

const fields = fc.record({
  class: fc.constantFrom('request', 'indication', 'success', 'error'),
  transactionId: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  attributes: fc.array(
    fc.record({
      type: fc.integer({ min: 0x0020, max: 0x8027 }),
      value: fc.uint8Array({ maxLength: 30 }).map((value) => Buffer.from(value)),
    }),
    { maxLength: 8 },
  ),
});

test('the request of RFC 5769 reads, and is verified', () => {
  const message = read(request);
  expect(message).toMatchObject({ class: 'request', method: 1 });
  expect(message.transactionId.toString('hex')).toBe('b7e7a701bc34d686fa87dfae');
  expect(usernameOf(message)).toEqual({ to: 'evtj', from: 'h6vY' });
  expect(priorityOf(message)).toBe(0x6e0001ff);
  expect(roleClaimOf(message)).toEqual({ controlling: false, tieBreaker: 0x932ff9b151263b36n });
  expect(verifyIntegrity(message, password)).toBe(true);
  expect(hasValidFingerprint(message)).toBe(true);
});

test('the responses of RFC 5769 tell the address, in both families', () => {
  for (const [bytes, address] of [
    [ip4Response, '192.0.2.1'],
    [ip6Response, '2001:db8:1234:5678:11:2233:4455:6677'],
  ] as const) {
    const message = read(bytes);
    expect(message.class).toBe('success');
    expect(mappedAddressOf(message)).toEqual({ address, port: 32_853 });
    expect(verifyIntegrity(message, password)).toBe(true);
    expect(hasValidFingerprint(message)).toBe(true);
  }
});

test('the request of RFC 5769 with long-term credentials is verified by their key, and lacks a FINGERPRINT', () => {
  const message = read(longTermRequest);
  const key = createHash('md5').update('マトリックス:example.org:TheMatrIX').digest();
  expect(verifyIntegrity(message, key)).toBe(true);
  expect(hasValidFingerprint(message)).toBe(false);
});

test('one bit changed anywhere is no longer authentic', () => {
  fc.assert(
    fc.property(fc.nat(request.length * 8 - 1), (bit) => {
      const forged = Buffer.from(request);
      forged[bit >> 3] = forged[bit >> 3]! ^ (1 << (bit & 7));
      const message = readStun(forged);
      expect(
        typeof message !== 'string' && verifyIntegrity(message, password) && hasValidFingerprint(message),
      ).toBe(false);
    }),
  );
});

test('another password, and an empty one, verify nothing', () => {
  expect(verifyIntegrity(read(request), `${password}x`)).toBe(false);
  expect(verifyIntegrity(read(request), '')).toBe(false);
  const keyless = writeStun({ class: 'request', transactionId: Buffer.alloc(12), attributes: [], key: '' });
  expect(verifyIntegrity(read(keyless), '')).toBe(false);
});

test('what is put behind MESSAGE-INTEGRITY has no effect', () => {
  const priority = { type: attributeTypes.priority, value: Buffer.alloc(4, 1) };
  const whole = writeStun({
    class: 'request',
    transactionId: Buffer.alloc(12),
    attributes: [priority],
    key: password,
  });
  // Without its FINGERPRINT, and with USE-CANDIDATE behind.
  const message = read(appended(whole.subarray(0, -8), Buffer.from('00250000', 'hex')));
  expect(verifyIntegrity(message, password)).toBe(true);
  expect(message.attributes).toEqual([priority]);
});

test('nothing may follow FINGERPRINT', () => {
  expect(readStun(appended(request, Buffer.from('00250000', 'hex')))).toBe('misplaced');
});

test('the first attribute of a type counts', () => {
  const message = read(
    writeStun({
      class: 'request',
      transactionId: Buffer.alloc(12),
      attributes: [
        { type: attributeTypes.username, value: Buffer.from('a:b') },
        { type: attributeTypes.username, value: Buffer.from('c:d') },
      ],
    }),
  );
  expect(usernameOf(message)).toEqual({ to: 'a', from: 'b' });
});

test('no bytes make the parser throw, and what it takes it has read whole', () => {
  const header = fc
    .record({ type: fc.nat(0x3fff), rest: fc.uint8Array({ maxLength: 400 }) })
    .map(({ type, rest }) => {
      const bytes = Buffer.concat([Buffer.alloc(8), Buffer.alloc(12, 7), rest]);
      bytes.writeUInt16BE(type, 0);
      bytes.writeUInt16BE(rest.length, 2);
      bytes.writeUInt32BE(0x2112a442, 4);
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), header), (bytes) => {
      const message = readStun(bytes);
      if (typeof message === 'string') return;
      expect(isStun(bytes)).toBe(true);
      expect(verifyIntegrity(message, password)).toBe(false);
      hasValidFingerprint(message);
      for (const field of [usernameOf, mappedAddressOf, priorityOf, roleClaimOf]) field(message);
    }),
    { numRuns: 2_000 },
  );
});

test('every shorter and every longer message is refused', () => {
  for (let length = 0; length < request.length; length += 1) {
    expect(typeof readStun(request.subarray(0, length))).toBe('string');
  }
  expect(readStun(Buffer.concat([request, Buffer.alloc(4)]))).toBe('wrongLength');
});

test('a message is bounded in bytes and in attributes', () => {
  const attribute = Buffer.from('80000000', 'hex');
  const empty = Buffer.concat([Buffer.from('000100002112a442', 'hex'), Buffer.alloc(12)]);
  expect(typeof readStun(appended(empty, ...Array(maxStunAttributes).fill(attribute)))).toBe('object');
  expect(readStun(appended(empty, ...Array(maxStunAttributes + 1).fill(attribute)))).toBe('tooMany');
  expect(readStun(appended(empty, Buffer.alloc(maxStunBytes)))).toBe('tooLong');
});

test('what is written is read back, whatever it is, and is authentic to who knows the key', () => {
  fc.assert(
    fc.property(fields, fc.string({ minLength: 1 }), (written, key) => {
      const message = read(writeStun({ ...written, key }));
      expect(message.class).toBe(written.class);
      expect(message.method).toBe(1);
      expect(Buffer.from(written.transactionId)).toEqual(message.transactionId);
      expect(message.attributes).toEqual(written.attributes);
      expect(verifyIntegrity(message, key)).toBe(true);
      expect(hasValidFingerprint(message)).toBe(true);
      expect(hasValidFingerprint(read(writeStun(written)))).toBe(true);
    }),
  );
});
