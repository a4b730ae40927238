import { randomBytes } from 'node:crypto';

/** A side's ufrag and password (RFC 8839, 5.4). */
export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/** Bytes behind a ufrag: 8 characters, so that 20 viewers' never meet, and a stranger does not guess one. */
const ufragBytes = 6;
/** Bytes behind a password: 24 characters, 144 bits, where RFC 8445, 5.3 asks for 128. */
const passwordBytes = 18;

/** New credentials, of the characters that ICE has: those of Base64 (RFC 8839, 5.4). */
export function makeIceCredentials(random: (bytes: number) => Uint8Array = randomBytes): IceCredentials {
  const text = (bytes: number) => Buffer.from(random(bytes)).toString('base64');
  return { ufrag: text(ufragBytes), pwd: text(passwordBytes) };
}
