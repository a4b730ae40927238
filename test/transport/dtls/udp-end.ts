import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { systemClock } from '../../../src/clock.ts';
import { DtlsConnection, type DtlsEnd, type DtlsOptions } from '../../../src/transport/dtls/connection.ts';
import type { SrtpKeyingMaterial } from '../../../src/transport/srtp/keys.ts';

/** A connection of ours over a socket of its own, with the machine's clock. */
export class UdpEnd {
  readonly connection: DtlsConnection;
  readonly connected: Promise<SrtpKeyingMaterial | undefined>;
  readonly ended: Promise<DtlsEnd>;
  received = '';
  /** Longest datagram sent. */
  longest = 0;
  readonly #socket: Socket = createSocket('udp4');
  readonly #heard: (() => void)[] = [];
  #peer: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: Omit<DtlsOptions, 'sink'>) {
    const connected = Promise.withResolvers<SrtpKeyingMaterial | undefined>();
    const ended = Promise.withResolvers<DtlsEnd>();
    this.connected = connected.promise;
    this.ended = ended.promise;
    connected.promise.catch(() => undefined);
    this.connection = new DtlsConnection({
      ...options,
      sink: {
        send: (datagram) => {
          this.longest = Math.max(this.longest, datagram.length);
          this.#socket.send(datagram, this.#peer, '127.0.0.1');
        },
        connected: connected.resolve,
        data: (data) => {
          this.received += Buffer.from(data).toString('latin1');
          for (const heard of this.#heard) heard();
        },
        ended: (reason) => {
          connected.reject(new Error(`ended: ${JSON.stringify(reason)}`));
          ended.resolve(reason);
        },
      },
    });
    this.#socket.on('message', (datagram, { port }) => {
      this.#peer ??= port;
      this.connection.receive(datagram, systemClock.now());
      this.#arm();
    });
  }

  /** @param peer port of a peer that waits; without it, the one who speaks first. */
  async start(peer?: number): Promise<number> {
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    this.#peer = peer;
    this.connection.start(systemClock.now());
    this.#arm();
    return this.#socket.address().port;
  }

  /** Resolves once all that was received contains this. */
  async hears(text: string): Promise<void> {
    while (!this.received.includes(text)) await new Promise<void>((resolve) => this.#heard.push(resolve));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.connection.close();
    this.#socket.close();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { deadline } = this.connection;
    if (deadline === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.connection.tick(systemClock.now());
        this.#arm();
      },
      Math.max(0, deadline - systemClock.now()),
    );
  }
}
