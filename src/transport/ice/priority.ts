import { createHash } from 'node:crypto';
import type { CandidateType } from './candidate.ts';

/**
 * Type preferences (RFC 8445, 5.1.2.2, its recommended values). TCP's stand below UDP's, since a picture late behind
 * a lost segment is worth less than a lost one; relayed is last in both.
 */
const typePreferences: Readonly<Record<'udp' | 'tcp', Readonly<Record<CandidateType, number>>>> = {
  udp: { host: 126, prflx: 110, srflx: 100, relay: 10 },
  tcp: { host: 90, prflx: 80, srflx: 70, relay: 0 },
};

/**
 * Priority of a candidate of component 1 (RFC 8445, 5.1.2.1), from 1 to 2^31 - 1. `preference` tells candidates of one
 * type apart, 0 to 65535.
 */
export function candidatePriority(type: CandidateType, transport: 'udp' | 'tcp', preference: number): number {
  return (
    typePreferences[transport][type] * 2 ** 24 + Math.min(Math.max(preference, 0), 0xffff) * 2 ** 8 + 255
  );
}

/**
 * Local preference of a TCP candidate (RFC 6544, 4.2): passive ones are what the other side can reach, and come
 * between active and simultaneous-open.
 */
export function tcpPreference(direction: 'active' | 'passive' | 'so', other: number): number {
  const directions = { active: 6, passive: 4, so: 2 } as const;
  return directions[direction] * 2 ** 13 + Math.min(Math.max(other, 0), 2 ** 13 - 1);
}

/** Priority of a pair from those of the controlling (`g`) and the controlled side's candidate (RFC 8445, 6.1.2.3). */
export function pairPriority(g: number, d: number): bigint {
  const low = BigInt(Math.min(g, d));
  const high = BigInt(Math.max(g, d));
  return (low << 32n) + 2n * high + (g > d ? 1n : 0n);
}

/**
 * Foundation: equal for candidates of one type, base address, transport and server (RFC 8445, 5.1.1.3), so made of
 * them, and so that it does not tell the address to those who see only the foundation.
 */
export function foundationOf(
  type: CandidateType,
  baseAddress: string,
  transport: 'udp' | 'tcp',
  server = '',
): string {
  const text = [type, baseAddress, transport, server].join(' ');
  return createHash('sha256').update(text).digest().readUInt32BE().toString();
}
