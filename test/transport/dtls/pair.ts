import type { MonotonicMs, WallMs } from '../../../src/clock.ts';
import {
  type DtlsCertificate,
  makeDtlsCertificate,
  readDtlsCertificate,
} from '../../../src/transport/dtls/certificate.ts';
import { DtlsConnection, type DtlsEnd, type DtlsOptions } from '../../../src/transport/dtls/connection.ts';
import type { SrtpKeyingMaterial } from '../../../src/transport/srtp/keys.ts';
import { srtpProfiles } from '../../../src/transport/srtp/keys.ts';

export const ms = (number: number) => number as MonotonicMs;

export async function makeCertificate(): Promise<DtlsCertificate> {
  const certificate = readDtlsCertificate(await makeDtlsCertificate(Date.now() as WallMs));
  if (certificate === undefined) throw new Error('our own certificate cannot be read');
  return certificate;
}

/** One end, and all it told. */
export class End {
  readonly connection: DtlsConnection;
  readonly sent: Uint8Array[] = [];
  readonly received: string[] = [];
  readonly connected: (SrtpKeyingMaterial | undefined)[] = [];
  readonly ended: DtlsEnd[] = [];
  /** Where datagrams go. */
  outgoing: (datagram: Uint8Array) => void = () => undefined;

  constructor(
    options: Omit<DtlsOptions, 'sink' | 'srtpProfiles'> & Partial<Pick<DtlsOptions, 'srtpProfiles'>>,
  ) {
    this.connection = new DtlsConnection({
      srtpProfiles: [srtpProfiles.aeadAes128Gcm, srtpProfiles.aes128CmSha1],
      ...options,
      sink: {
        send: (datagram) => {
          this.sent.push(datagram);
          this.outgoing(datagram);
        },
        connected: (keys) => this.connected.push(keys),
        data: (data) => this.received.push(Buffer.from(data).toString('latin1')),
        ended: (reason) => this.ended.push(reason),
      },
    });
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly to: End;
  readonly datagram: Uint8Array;
}

/** What becomes of a datagram: how long each copy of it takes, ms; none is a loss. */
export type Fate = (datagram: Uint8Array, to: End) => readonly number[];

/** A network between two ends with a hand-turned clock. */
export class Network {
  now = 1_000;
  /** Datagrams that were delivered. */
  delivered = 0;
  readonly ends: readonly [End, End];
  #fate: Fate;
  #order = 0;
  #events: Event[] = [];

  constructor(one: End, other: End, fate: Fate = () => [1]) {
    this.ends = [one, other];
    this.#fate = fate;
    one.outgoing = (datagram) => this.#send(datagram, other);
    other.outgoing = (datagram) => this.#send(datagram, one);
  }

  set fate(fate: Fate) {
    this.#fate = fate;
  }

  start() {
    for (const end of this.ends) end.connection.start(ms(this.now));
  }

  /** Runs until nothing is on its way and no timer stands; with a time, until then, and the clock shows it after. */
  run(until = Number.POSITIVE_INFINITY) {
    for (;;) {
      const deadlines = this.ends.map(({ connection }) => connection.deadline ?? Number.POSITIVE_INFINITY);
      this.#events.sort((one, other) => one.at - other.at || one.order - other.order);
      const arrival = this.#events[0]?.at ?? Number.POSITIVE_INFINITY;
      const next = Math.min(arrival, ...deadlines);
      if (next > until || next === Number.POSITIVE_INFINITY) break;
      this.now = Math.max(this.now, next);
      if (arrival === next) {
        const { to, datagram } = this.#events.shift()!;
        this.delivered += 1;
        to.connection.receive(datagram, ms(this.now));
      } else {
        for (const { connection } of this.ends) connection.tick(ms(this.now));
      }
    }
    if (until < Number.POSITIVE_INFINITY) this.now = Math.max(this.now, until);
  }

  /** Starts both and lets them come to an end of their handshake, one way or the other. */
  connect() {
    this.start();
    this.run(this.now + 60_000);
  }

  #send(datagram: Uint8Array, to: End) {
    for (const delay of this.#fate(datagram, to)) {
      this.#order += 1;
      this.#events.push({ at: this.now + delay, order: this.#order, to, datagram });
    }
  }
}

/** Two ends that know each other, by certificates made once. */
export function pairOf(
  certificates: readonly [client: DtlsCertificate, server: DtlsCertificate],
  options: Partial<DtlsOptions> = {},
) {
  const [ours, theirs] = certificates;
  const client = new End({
    role: 'client',
    certificate: ours,
    fingerprints: [theirs.fingerprint],
    ...options,
  });
  const server = new End({
    role: 'server',
    certificate: theirs,
    fingerprints: [ours.fingerprint],
    ...options,
  });
  return { client, server };
}
