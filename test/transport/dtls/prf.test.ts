import { expect, test } from 'vitest';
import { prf } from '../../../src/transport/dtls/prf.ts';

// The vector that implementers of TLS 1.2 pass around: P_SHA256 of 100 bytes.
test('the pseudorandom function gives the known bytes', () => {
  const bytes = prf(
    Buffer.from('9bbe436ba940f017b17652849a71db35', 'hex'),
    'test label',
    Buffer.from('a0ba9f936cda311827a6f796ffd5198c', 'hex'),
    100,
  );
  expect(Buffer.from(bytes).toString('hex')).toBe(
    'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a' +
      '6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab' +
      '4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701' +
      '87347b66',
  );
});
