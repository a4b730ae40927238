import { ByteReader } from './byte-reader.ts';

const levels = { warning: 1, fatal: 2 } as const;

/** Alerts we send or understand (RFC 5246, 7.2). */
export const alerts = {
  closeNotify: 0,
  unexpectedMessage: 10,
  handshakeFailure: 40,
  badCertificate: 42,
  unsupportedCertificate: 43,
  illegalParameter: 47,
  decodeError: 50,
  decryptError: 51,
  protocolVersion: 70,
  internalError: 80,
  noRenegotiation: 100,
  unsupportedExtension: 110,
} as const;
export type AlertDescription = (typeof alerts)[keyof typeof alerts];

export interface Alert {
  readonly fatal: boolean;
  /** As the peer sent it, known or not. */
  readonly description: number;
}

/** `level | description`, a byte each; anything else is no alert. */
export function readAlert(bytes: Uint8Array): Alert | undefined {
  const reader = new ByteReader(bytes);
  const level = reader.uint8();
  const description = reader.uint8();
  if (!reader.complete || (level !== levels.warning && level !== levels.fatal)) return undefined;
  return { fatal: level === levels.fatal, description };
}

export function writeAlert(description: AlertDescription): Uint8Array {
  const warning = description === alerts.closeNotify || description === alerts.noRenegotiation;
  return Uint8Array.of(warning ? levels.warning : levels.fatal, description);
}
