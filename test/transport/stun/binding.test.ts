import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressQuery,
  connectivityCheck,
  errorCodeOf,
  errorResponse,
  mappedAddressOf,
  priorityOf,
  roleClaimOf,
  stunErrors,
  successResponse,
  unknownAttributesOf,
  usernameOf,
  wantsCandidate,
} from '../../../src/transport/stun/binding.ts';
import {
  attributeTypes,
  hasValidFingerprint,
  readStun,
  type StunMessage,
  verifyIntegrity,
  writeStun,
} from '../../../src/transport/stun/message.ts';

const password = 'a password of twenty-four';
const transactionId = Buffer.from('0102030405060708090a0b0c', 'hex');

function read(bytes: Uint8Array | undefined): StunMessage {
  const message = readStun(bytes ?? Buffer.alloc(0));
  if (typeof message === 'string') throw new Error(message);
  return message;
}

test('a check says who asks whom, in which role, and what for', () => {
  const ufrag = fc.stringMatching(/^[A-Za-z0-9+/]{4,32}$/);
  fc.assert(
    fc.property(
      fc.record({
        username: fc.record({ to: ufrag, from: ufrag }),
        priority: fc.nat(2 ** 31 - 1),
        role: fc.record({
          controlling: fc.boolean(),
          tieBreaker: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        }),
        useCandidate: fc.boolean(),
      }),
      (fields) => {
        const message = read(connectivityCheck({ ...fields, transactionId, password }));
        expect(message.class).toBe('request');
        expect(usernameOf(message)).toEqual(fields.username);
        expect(priorityOf(message)).toBe(fields.priority);
        expect(roleClaimOf(message)).toEqual(fields.role);
        expect(wantsCandidate(message)).toBe(fields.useCandidate);
        expect(unknownAttributesOf(message)).toEqual([]);
        expect(verifyIntegrity(message, password) && hasValidFingerprint(message)).toBe(true);
      },
    ),
  );
});

test('a success tells every address as it came', () => {
  const endpoint = fc.record({
    address: fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'fe80::1', '2001:db8::1:0:0:1', '::ffff:192.0.2.1')),
    port: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(endpoint, (from) => {
      const message = read(successResponse(transactionId, from, password));
      expect(message.class).toBe('success');
      expect(message.transactionId).toEqual(transactionId);
      expect(mappedAddressOf(message)).toEqual(from);
      expect(verifyIntegrity(message, password) && hasValidFingerprint(message)).toBe(true);
    }),
  );
});

test('a response is never longer than the check it answers', () => {
  const check = connectivityCheck({
    username: { to: 'abcd', from: 'efgh' },
    priority: 1,
    role: { controlling: true, tieBreaker: 1n },
    useCandidate: false,
    transactionId,
    password,
  });
  const from = { address: '2001:db8::1', port: 1 };
  expect(successResponse(transactionId, from, password)!.length).toBeLessThanOrEqual(check.length);
  expect(errorResponse(transactionId, stunErrors.roleConflict, password).length).toBeLessThanOrEqual(
    check.length,
  );
});

test('nobody is told an address that is none', () => {
  expect(successResponse(transactionId, { address: 'fe80::1%eth0', port: 1 }, password)).toBeUndefined();
  expect(successResponse(transactionId, { address: 'door.local', port: 1 }, password)).toBeUndefined();
});

test('a refusal names its code, and what was not understood', () => {
  for (const code of Object.values(stunErrors)) {
    const message = read(errorResponse(transactionId, code, password));
    expect(message.class).toBe('error');
    expect(errorCodeOf(message)).toBe(code);
    expect(verifyIntegrity(message, password)).toBe(true);
  }
  const message = read(errorResponse(transactionId, stunErrors.unknownAttribute, password, [0x7001, 0x2f]));
  const list = message.attributes.find(({ type }) => type === attributeTypes.unknownAttributes);
  expect(list?.value.toString('hex')).toBe('7001002f');
});

test('attributes below 0x8000 that nobody here knows are told apart from optional ones', () => {
  const value = Buffer.alloc(0);
  const attributes = [0x7001, 0xc057, attributeTypes.priority].map((type) => ({ type, value }));
  expect(unknownAttributesOf(read(writeStun({ class: 'request', transactionId, attributes })))).toEqual([
    0x7001,
  ]);
});

test('fields of the wrong size are as if they were not there', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        attributeTypes.username,
        attributeTypes.priority,
        attributeTypes.iceControlled,
        attributeTypes.iceControlling,
        attributeTypes.xorMappedAddress,
        attributeTypes.errorCode,
      ),
      fc.uint8Array({ maxLength: 600 }),
      (type, bytes) => {
        const attributes = [{ type, value: Buffer.from(bytes) }];
        const message = read(writeStun({ class: 'error', transactionId, attributes }));
        if (bytes.length !== 4) expect(priorityOf(message)).toBeUndefined();
        if (bytes.length !== 8) expect(roleClaimOf(message)).toBeUndefined();
        if (bytes.length !== 8 && bytes.length !== 20) expect(mappedAddressOf(message)).toBeUndefined();
        if (bytes.length > 513) expect(usernameOf(message)).toBeUndefined();
        const code = errorCodeOf(message) ?? 300;
        expect(code >= 300 && code <= 699).toBe(true);
      },
    ),
  );
});

test('a query to a STUN server is 28 bytes, and asks for nobody', () => {
  const query = read(addressQuery(transactionId));
  expect(query).toMatchObject({ class: 'request', method: 1, attributes: [], integrityAt: -1 });
  expect(query.bytes.length).toBe(28);
  expect(hasValidFingerprint(query)).toBe(true);
});
