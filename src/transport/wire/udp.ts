import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Endpoint } from '../endpoint.ts';
import type { Arrival, WirePath } from './path.ts';

type Family = 4 | 6;

/** Wildcard addresses; IPv6 alone on its own socket, so that each family is one way out. */
const wildcard = { 4: '0.0.0.0', 6: '::' } as const;
/** RFC 8421, 4: between two ways to the same peer, IPv6 is tried first. */
const familyPreference = { 4: 65_534, 6: 65_535 } as const;
/** Asked of the kernel, which gives what net.core allows: a keyframe to many viewers at once leaves in one turn. */
const bufferBytes = 1 << 20;

/** One UDP socket for all sessions of one address family. */
export class UdpPath implements WirePath {
  readonly id: string;
  readonly family: Family;
  readonly transport = 'udp';
  readonly kind = 'host';
  readonly preference: number;
  readonly #arrival: Arrival;
  #socket: Socket | undefined;

  constructor(family: Family, arrival: Arrival) {
    this.id = `udp${family}`;
    this.family = family;
    this.preference = familyPreference[family];
    this.#arrival = arrival;
  }

  /** @throws NodeJS.ErrnoException EADDRINUSE, EACCES, EAFNOSUPPORT, EADDRNOTAVAIL */
  async start(port: number): Promise<number> {
    // Sockets that share a port would take another device's packets in silence: first see that nobody has it.
    const sole = await bound(this.family, port, false);
    const found = sole.address().port;
    sole.close();
    await once(sole, 'close');
    this.#socket = await bound(this.family, found, true);
    this.#listen(this.#socket);
    return found;
  }

  send(to: Endpoint, datagram: Uint8Array | readonly Uint8Array[]): void {
    this.#socket?.send(datagram, to.port, to.address);
  }

  get queued(): number {
    return this.#socket?.getSendQueueCount() ?? 0;
  }

  /**
   * A way to one peer alone, on the same port: the kernel knows where its packets go, which saves a third of each
   * `send`, and a full queue is this peer's own. What it receives arrives on this path all the same.
   */
  async connect(to: Endpoint): Promise<PeerSocket | undefined> {
    const port = this.#socket?.address().port;
    if (port === undefined) return undefined;
    const socket = await bound(this.family, port, true);
    this.#listen(socket);
    try {
      const connected = once(socket, 'connect'); // comes before `connect` returns, because the lookup does
      socket.connect(to.port, to.address);
      await connected;
      return new PeerSocket(socket, to);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #listen(socket: Socket): void {
    socket.on('message', (datagram, { address, port }) => this.#arrival(datagram, this, { address, port }));
    // A peer that is gone (ECONNREFUSED), a network that is down: consent finds out (RFC 7675).
    socket.on('error', () => undefined);
  }
}

/** A socket connected to one peer. */
export class PeerSocket {
  readonly to: Endpoint;
  readonly #socket: Socket;
  #closed = false;

  constructor(socket: Socket, to: Endpoint) {
    this.#socket = socket;
    this.to = to;
  }

  send(datagram: Uint8Array | readonly Uint8Array[]): void {
    if (!this.#closed) this.#socket.send(datagram);
  }

  get queued(): number {
    return this.#closed ? 0 : this.#socket.getSendQueueCount();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

async function bound(family: Family, port: number, reusePort: boolean): Promise<Socket> {
  const socket = createSocket({
    type: `udp${family}`,
    reusePort,
    ipv6Only: family === 6,
    // Only addresses are ever sent to: the resolver's extra turn of the event loop for each datagram is saved.
    lookup: (host, _options, done) => done(null, host, family),
  });
  try {
    const listening = once(socket, 'listening'); // comes before `bind` returns, because the lookup does
    socket.bind({ port, address: wildcard[family] });
    await listening;
    socket.setSendBufferSize(bufferBytes);
    socket.setRecvBufferSize(bufferBytes);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
