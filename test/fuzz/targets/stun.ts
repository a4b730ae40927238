import {
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
import { hasValidFingerprint, readStun, verifyIntegrity } from '../../../src/transport/stun/message.ts';
import { hex } from '../hex.ts';
import { type FuzzTarget, promise } from '../target.ts';

const password = 'abcdefghijklmnopqrstuvwx';
const transactionId = Buffer.alloc(12, 7);
const check = connectivityCheck({
  transactionId,
  username: { to: 'ours', from: 'theirs' },
  password,
  priority: 1_853_824_767,
  role: { controlling: true, tieBreaker: 1n },
  useCandidate: true,
});
const success = (address: string) =>
  successResponse(transactionId, { address, port: 8_480 }, password) as Buffer;
const authentic = [check, success('192.0.2.1'), success('2001:db8::1')];

export const target: FuzzTarget = {
  about: 'a STUN message',
  seeds: [
    ...authentic,
    errorResponse(transactionId, stunErrors.roleConflict, password),
    errorResponse(transactionId, stunErrors.unknownAttribute, password, [0x7fff, 1]),
  ],
  words: [
    '2112a442',
    '00060000',
    '00060009',
    '00080014',
    '80280004',
    '00200008',
    '00250000',
    '80290008',
    'ffff0000',
  ].map(hex),
  take(input) {
    const message = readStun(input);
    if (typeof message === 'string') return;
    usernameOf(message);
    roleClaimOf(message);
    priorityOf(message);
    wantsCandidate(message);
    errorCodeOf(message);
    mappedAddressOf(message);
    promise(unknownAttributesOf(message).length <= 32, 'few attributes');
    hasValidFingerprint(message);
    if (!verifyIntegrity(message, password)) return;
    // What the tag covers is as one of ours was; the attributes behind it can be anybody's.
    const covered = input.subarray(4, message.integrityAt);
    promise(
      target.seeds.some((seed) => Buffer.from(seed).subarray(4, message.integrityAt).equals(covered)),
      'only whoever has the password makes authentic messages',
    );
  },
  steps: { fixed: 1_000, perByte: 3 },
  bytes: { fixed: 500, perByte: 5 },
};
