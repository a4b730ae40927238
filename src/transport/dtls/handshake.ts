import type { SrtpKeyingMaterial, SrtpProfile } from '../srtp/keys.ts';
import { type AlertDescription, alerts } from './alert.ts';
import type { DtlsCertificate } from './certificate.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { HandshakeMessage } from './handshake-message.ts';
import type { Directions } from './key-schedule.ts';
import type { TrafficKey } from './record-protection.ts';

/** What both roles are given. */
export interface HandshakeOptions {
  readonly certificate: DtlsCertificate;
  /** The peer's certificate must have one of these; with none nobody is let in. */
  readonly fingerprints: readonly Fingerprint[];
  /** In order of preference. */
  readonly srtpProfiles: readonly SrtpProfile[];
  readonly random: (bytes: number) => Uint8Array;
}

/** What is sent as one, and repeated as one (RFC 6347, 4.2.4). */
export type Flight = readonly FlightPart[];
/** After the change of the cipher, the parts of a flight are protected. */
export type FlightPart = HandshakeMessage | 'changeCipherSpec';

/** The handshake went on. */
export interface Progress {
  readonly kind: 'progress';
  readonly flight?: Flight;
  /** From here the peer's protected records can be read. */
  readonly keys?: Directions<TrafficKey>;
  /** The peer has proved all it had to. */
  readonly established?: Established;
}

export interface Established {
  /** Nothing where the peer does not speak a profile of ours. */
  readonly srtp: SrtpKeyingMaterial | undefined;
}

export type RefusalReason =
  | 'malformed message'
  | 'unexpected message'
  | 'unexpected extension'
  | 'other version'
  | 'nothing in common'
  | 'renegotiation'
  | 'no certificate'
  | 'wrong fingerprint'
  | 'unusable certificate'
  | 'wrong signature'
  | 'wrong key share'
  | 'wrong finished';

/** The peer is not let in. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly reason: RefusalReason;
  readonly alert: AlertDescription;
}

export type Step = Progress | Refusal;

/** One role's side: takes the peer's messages, whole and in order, and says what follows. */
export interface Handshake {
  /** The first flight, where this side has the first word. */
  start(): Step;
  receive(message: HandshakeMessage): Step;
}

export const onward: Progress = { kind: 'progress' };

const alertOf: Readonly<Record<RefusalReason, AlertDescription>> = {
  'malformed message': alerts.decodeError,
  'unexpected message': alerts.unexpectedMessage,
  'unexpected extension': alerts.unsupportedExtension,
  'other version': alerts.protocolVersion,
  'nothing in common': alerts.handshakeFailure,
  renegotiation: alerts.handshakeFailure,
  'no certificate': alerts.handshakeFailure,
  'wrong fingerprint': alerts.badCertificate,
  'unusable certificate': alerts.unsupportedCertificate,
  'wrong signature': alerts.decryptError,
  'wrong key share': alerts.illegalParameter,
  'wrong finished': alerts.decryptError,
};

export function refuse(reason: RefusalReason): Refusal {
  return { kind: 'refusal', reason, alert: alertOf[reason] };
}
