import { randomBytes } from 'node:crypto';
import type { MonotonicMs } from '../../clock.ts';
import type { SrtpKeyingMaterial } from '../srtp/keys.ts';
import { type Alert, type AlertDescription, alerts, readAlert, writeAlert } from './alert.ts';
import { ClientHandshake } from './client.ts';
import { packFlight, Repetition } from './flight.ts';
import type { Established, Flight, Handshake, HandshakeOptions, RefusalReason, Step } from './handshake.ts';
import { handshakeTypes, readFragments } from './handshake-message.ts';
import type { Role } from './key-schedule.ts';
import { Reassembly } from './reassembly.ts';
import { contentTypes, type DtlsRecord, maxPlaintextBytes, readRecords } from './record.ts';
import { type Epoch, RecordLayer } from './record-layer.ts';
import { ServerHandshake } from './server.ts';

export type DtlsState = 'new' | 'handshaking' | 'connected' | 'ended';

/** Why a connection ended. */
export type DtlsEnd =
  /** We closed it. */
  | { readonly kind: 'closed' }
  /** The peer did, and proved that it was the peer. */
  | { readonly kind: 'closedByPeer' }
  /** The peer did not prove what it had to. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly alert: AlertDescription }
  /** The peer said so: RFC 5246, 7.2. */
  | { readonly kind: 'refusedByPeer'; readonly alert: number }
  /** The handshake did not come to its end in time. */
  | { readonly kind: 'timedOut' };

/** What a connection tells; every function is called synchronously, from within the connection's own functions. */
export interface DtlsSink {
  send(datagram: Uint8Array): void;
  /** The peer proved its key. Without keys it speaks none of our SRTP profiles. */
  connected(keys: SrtpKeyingMaterial | undefined): void;
  data(data: Uint8Array): void;
  /** Once, last. */
  ended(reason: DtlsEnd): void;
}

export interface DtlsOptions
  extends Pick<HandshakeOptions, 'certificate' | 'fingerprints' | 'srtpProfiles'>,
    Partial<Pick<HandshakeOptions, 'random'>> {
  readonly role: Role;
  readonly sink: DtlsSink;
  /** Of the path, as far as ICE knows. */
  readonly roundTripMs?: number;
  /** The largest datagram of the handshake. */
  readonly maxDatagramBytes?: number;
}

/** From start to `connected`; then a viewer has gone, or comes again. */
const handshakeMs = 30_000;
/**
 * How long a peer that seems to refuse us in the clear may yet go on: anybody can write such an alert, so only
 * silence after it shows that it was the peer's. Longer than a peer waits to repeat itself.
 */
const suspicionMs = 3_000;
/** Fits every path of the internet with room for a relay's framing (RFC 8200, 5; RFC 8656, 12). */
const defaultDatagramBytes = 1_200;
const leastDatagramBytes = 128;
/** Protected records that overtook what is needed to read them: a Finished, and data behind it. */
const maxEarlyRecords = 8;
const maxEarlyBytes = 16_384;

/**
 * A DTLS 1.2 connection (RFC 6347) of WebRTC (RFC 8827, 6.5): bytes and `now` in, bytes and events out. Nothing a
 * peer sends throws, and nothing is `connected` before the peer has proved the key of the certificate that signaling
 * named: with its signature (ServerKeyExchange or CertificateVerify) and its Finished.
 *
 * ```
 *            start            peer proved             close, alert, close_notify
 *   new ────────────▶ handshaking ────▶ connected ───────────────────────────────▶ ended
 *                         └── refused, refused by the peer, timed out, closed ───▶
 * ```
 */
export class DtlsConnection {
  readonly #options: DtlsOptions;
  readonly #records = new RecordLayer();
  readonly #reassembly = new Reassembly();
  #state: DtlsState = 'new';
  #handshake: Handshake | undefined;
  #repetition: Repetition | undefined;
  #giveUpAt: MonotonicMs | undefined;
  /** An alert in the clear, and when it will be believed. */
  #suspicion: { readonly alert: number; readonly at: MonotonicMs } | undefined;
  #writeEpoch: Epoch = 0;
  #peerChangedCipher = false;
  #peerRepeated = false;
  #earlyRecords: DtlsRecord[] = [];
  #earlyData: Uint8Array[] = [];
  #now = 0 as MonotonicMs;

  constructor(options: DtlsOptions) {
    this.#options = options;
  }

  get state(): DtlsState {
    return this.#state;
  }

  /** When {@link tick} has something to do. */
  get deadline(): MonotonicMs | undefined {
    if (this.#state !== 'handshaking') return undefined;
    const times = [this.#giveUpAt, this.#repetition?.deadline, this.#suspicion?.at];
    return Math.min(...times.filter((time) => time !== undefined)) as MonotonicMs;
  }

  /** Begins; before, what is received is dropped. */
  start(now: MonotonicMs): void {
    if (this.#state !== 'new') return;
    this.#state = 'handshaking';
    this.#now = now;
    this.#giveUpAt = (now + handshakeMs) as MonotonicMs;
    const options = { random: randomBytes, ...this.#options };
    this.#handshake = options.role === 'client' ? new ClientHandshake(options) : new ServerHandshake(options);
    this.#apply(this.#handshake.start());
  }

  receive(datagram: Uint8Array, now: MonotonicMs): void {
    this.#now = now;
    this.#peerRepeated = false;
    for (const record of readRecords(datagram)) {
      if (record.epoch === 0) this.#receiveClear(record);
      else if (record.epoch === 1) this.#receiveProtected(record);
    }
    if (this.#peerRepeated && this.#repetition?.asked(now, this.#state === 'connected')) this.#sendFlight();
  }

  /** To be called at {@link deadline}; earlier or later does no harm. */
  tick(now: MonotonicMs): void {
    if (this.#state !== 'handshaking') return;
    this.#now = now;
    if (this.#giveUpAt !== undefined && now >= this.#giveUpAt) {
      this.#end({ kind: 'timedOut' });
    } else if (this.#suspicion && now >= this.#suspicion.at) {
      this.#end({ kind: 'refusedByPeer', alert: this.#suspicion.alert });
    } else if (this.#repetition && now >= this.#repetition.deadline) {
      this.#repetition.again(now);
      this.#sendFlight();
    }
  }

  /**
   * Sends data in one record, in one datagram.
   * @returns false where it cannot: not connected, too long (16,384 bytes), no record number left.
   */
  send(data: Uint8Array): boolean {
    if (this.#state !== 'connected' || data.length > maxPlaintextBytes) return false;
    const record = this.#records.write(contentTypes.applicationData, 1, data);
    if (record === undefined) return false;
    this.#options.sink.send(record);
    return true;
  }

  /** Says goodbye and ends. */
  close(): void {
    if (this.#state === 'ended') return;
    // Where nobody spoke yet there is nobody to tell.
    if (this.#state === 'connected' || this.#repetition) this.#sendAlert(alerts.closeNotify);
    this.#end({ kind: 'closed' });
  }

  /** Epoch 0: what anybody can write. After the handshake it has no effect at all. */
  #receiveClear({ type, fragment }: DtlsRecord): void {
    if (this.#state !== 'handshaking') return;
    if (type === contentTypes.handshake) {
      this.#receiveFragments(fragment, (message) => message !== handshakeTypes.finished);
    } else if (type === contentTypes.changeCipherSpec) {
      // It may overtake messages before it. It only lets protected records be looked at, once there are keys.
      if (fragment.length !== 1 || fragment[0] !== 1) return;
      this.#peerChangedCipher = true;
      this.#openEarlyRecords();
    } else if (type === contentTypes.alert) {
      const alert = readAlert(fragment);
      if (alert === undefined || (!alert.fatal && alert.description !== alerts.closeNotify)) return;
      if (this.#repetition === undefined) return; // to whom we said nothing, we gave no reason
      this.#suspicion ??= { alert: alert.description, at: (this.#now + suspicionMs) as MonotonicMs };
    }
  }

  /** Epoch 1. */
  #receiveProtected(record: DtlsRecord): void {
    if (this.#state !== 'handshaking' && this.#state !== 'connected') return;
    if (!this.#records.protects || !this.#peerChangedCipher) {
      this.#keepEarly(record);
      return;
    }
    const plaintext = this.#records.open(record);
    if (plaintext === undefined) return;
    if (record.type === contentTypes.handshake) {
      if (this.#state === 'connected') this.#receiveLateHandshake(plaintext);
      else this.#receiveFragments(plaintext, (message) => message === handshakeTypes.finished);
    } else if (record.type === contentTypes.alert) {
      const alert = readAlert(plaintext);
      if (alert) this.#receiveAlert(alert);
    } else if (record.type === contentTypes.applicationData && plaintext.length > 0) {
      if (this.#state === 'connected') this.#options.sink.data(plaintext);
      else if (this.#earlyData.length < maxEarlyRecords) this.#earlyData.push(plaintext);
    }
  }

  #keepEarly(record: DtlsRecord): void {
    const kept = this.#earlyRecords.reduce((sum, { fragment }) => sum + fragment.length, 0);
    if (this.#earlyRecords.length >= maxEarlyRecords || kept + record.fragment.length > maxEarlyBytes) return;
    this.#earlyRecords.push({ ...record, fragment: new Uint8Array(record.fragment) });
  }

  #openEarlyRecords(): void {
    if (!this.#records.protects || !this.#peerChangedCipher) return;
    const early = this.#earlyRecords;
    this.#earlyRecords = [];
    for (const record of early) this.#receiveProtected(record);
  }

  /** @param belongs whether a message of this type belongs to the epoch it came in. */
  #receiveFragments(record: Uint8Array, belongs: (type: number) => boolean): void {
    for (const fragment of readFragments(record) ?? []) {
      if (!belongs(fragment.type)) continue;
      if (this.#reassembly.add(fragment) === 'old') this.#peerRepeated = true;
    }
    for (;;) {
      const message = this.#state === 'handshaking' ? this.#reassembly.take() : undefined;
      if (message === undefined || this.#handshake === undefined) return;
      this.#suspicion = undefined;
      this.#apply(this.#handshake.receive(message));
    }
  }

  /** After the handshake: our last flight was lost, or the peer would like another handshake. */
  #receiveLateHandshake(record: Uint8Array): void {
    for (const { type, offset } of readFragments(record) ?? []) {
      if (type === handshakeTypes.finished) this.#peerRepeated = true;
      // RFC 5246, 7.2.2: no, and the connection goes on.
      else if (offset === 0) this.#sendAlert(alerts.noRenegotiation);
    }
  }

  #receiveAlert({ fatal, description }: Alert): void {
    if (description === alerts.closeNotify) {
      this.#sendAlert(alerts.closeNotify); // RFC 5246, 7.2.1
      this.#end({ kind: 'closedByPeer' });
    } else if (fatal) {
      this.#end({ kind: 'refusedByPeer', alert: description });
    }
  }

  #apply(step: Step): void {
    if (step.kind === 'refusal') {
      this.#sendAlert(step.alert);
      this.#end({ kind: 'refused', reason: step.reason, alert: step.alert });
      return;
    }
    if (step.keys) this.#records.protect(step.keys);
    if (step.flight) this.#sendFirst(step.flight);
    if (step.established) this.#establish(step.established);
    else if (step.keys) this.#openEarlyRecords();
  }

  #sendFirst(flight: Flight): void {
    this.#repetition = new Repetition(flight, this.#now, this.#options.roundTripMs);
    this.#sendFlight();
    if (flight.includes('changeCipherSpec')) this.#writeEpoch = 1;
  }

  #sendFlight(): void {
    if (this.#repetition === undefined) return;
    const bytes = Math.max(leastDatagramBytes, this.#options.maxDatagramBytes ?? defaultDatagramBytes);
    for (const datagram of packFlight(this.#repetition.flight, this.#records, bytes)) {
      this.#options.sink.send(datagram);
    }
  }

  #establish({ srtp }: Established): void {
    this.#state = 'connected';
    this.#handshake = undefined;
    this.#suspicion = undefined;
    // The client's last flight needs no repetition; the server's does, until the client has it.
    if (this.#options.role === 'client') this.#repetition = undefined;
    const early = this.#earlyData;
    this.#earlyData = [];
    this.#options.sink.connected(srtp);
    for (const data of early) if (this.state === 'connected') this.#options.sink.data(data);
  }

  #sendAlert(description: AlertDescription): void {
    const record = this.#records.write(contentTypes.alert, this.#writeEpoch, writeAlert(description));
    if (record) this.#options.sink.send(record);
  }

  #end(reason: DtlsEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#handshake = undefined;
    this.#repetition = undefined;
    this.#earlyRecords = [];
    this.#earlyData = [];
    this.#options.sink.ended(reason);
  }
}
