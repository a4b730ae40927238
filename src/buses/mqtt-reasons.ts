import { VedetteError } from '../errors.ts';

/** CONNACK and DISCONNECT codes that mean the user name, the password or the rights (MQTT 5, 3.2.2.2). */
const refusals: ReadonlySet<number> = new Set([0x84, 0x85, 0x86, 0x87, 0x8a, 0x8c]);

/** What the system and TLS call their troubles, in words; others stand as they are. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'nobody knows its name',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it hung up',
  EPIPE: 'it hung up',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not one that this device trusts (`ca`)',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not one that this device trusts (`ca`)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not one that this device trusts (`ca`)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not one that this device trusts (`ca`)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

/** Why there is no connection. Never with an address in it: the sentence goes to the log. */
export function connectionTrouble(error: {
  readonly message: string;
  readonly code?: unknown;
}): VedetteError {
  const { code, message } = error;
  if (typeof code === 'number') {
    const detail = message.replace(/^Connection refused: /, '') || `code 0x${code.toString(16)}`;
    if (refusals.has(code)) return new VedetteError('mqtt/refused', { detail });
    return new VedetteError('mqtt/unreachable', { detail });
  }
  const detail = typeof code === 'string' ? (words[code] ?? code) : 'it speaks no MQTT 5';
  return new VedetteError('mqtt/unreachable', { detail });
}
