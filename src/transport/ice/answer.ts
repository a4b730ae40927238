import type { Endpoint } from '../endpoint.ts';
import {
  errorResponse,
  roleClaimOf,
  stunErrors,
  successResponse,
  unknownAttributesOf,
} from '../stun/binding.ts';
import { hasValidFingerprint, type StunMessage, verifyIntegrity } from '../stun/message.ts';
import type { IceVerdict } from './counts.ts';
import type { IceRole } from './role.ts';

/** What a Binding request is worth, and what it is answered; nothing where its sender proved nothing. */
export interface Answer {
  readonly verdict: Extract<
    IceVerdict,
    'accepted' | 'unauthenticated' | 'badAddress' | 'notUnderstood' | 'roleConflict'
  >;
  readonly response?: Buffer;
}

/**
 * Judges a Binding request for our ufrag (RFC 8445, 7.3). `password` is ours of that ufrag; `role` takes the other
 * one where the request's claim says so.
 */
export function answer(message: StunMessage, from: Endpoint, password: string, role: IceRole): Answer {
  // RFC 8489, 9.1.3 would answer 400 or 401; a stranger gets nothing, so that nobody can be sent packets through us.
  if (!verifyIntegrity(message, password) || !hasValidFingerprint(message))
    return { verdict: 'unauthenticated' };
  const id = message.transactionId;
  const response = successResponse(id, from, password);
  if (!response) return { verdict: 'badAddress' };
  const unknown = unknownAttributesOf(message);
  if (unknown.length > 0) {
    return {
      verdict: 'notUnderstood',
      response: errorResponse(id, stunErrors.unknownAttribute, password, unknown),
    };
  }
  if (role.settle(roleClaimOf(message)) === 'refused') {
    return { verdict: 'roleConflict', response: errorResponse(id, stunErrors.roleConflict, password) };
  }
  return { verdict: 'accepted', response };
}
