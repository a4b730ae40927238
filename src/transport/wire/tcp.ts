import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../endpoint.ts';
import type { Arrival, WirePath } from './path.ts';

/** A longer message is no datagram of ours: the connection ends. RFC 4571, 2 would allow 65,535 bytes. */
const maxFrameBytes = 2_048;
/** Connections at once, of whoever; a viewer needs one or two. */
const maxConnections = 256;
/** A connection on which ICE has found nobody by then is a stranger's. */
const strangerMs = 10_000;
/** What may wait for a slow viewer, bytes: a second of 4 Mbit/s. More is dropped, and its outlet waits for a keyframe. */
const maxQueuedBytes = 500_000;
/** For {@link WirePath.queued}: a full queue counts as so many datagrams. */
const typicalDatagramBytes = 1_200;
/** Below every UDP path (RFC 6544, 4.2). */
const preference = 8_191;

/** One TCP connection that a viewer opened (RFC 6544): datagrams in frames with their length before them (RFC 4571). */
export class TcpPath implements WirePath {
  readonly id: string;
  readonly family: 4 | 6;
  readonly transport = 'tcp';
  readonly kind = 'host';
  readonly preference = preference;
  readonly #socket: Socket;

  constructor(id: string, socket: Socket, { address }: Endpoint) {
    this.id = id;
    this.#socket = socket;
    this.family = isIPv6(address) ? 6 : 4;
  }

  send(_to: Endpoint, datagram: Uint8Array | readonly Uint8Array[]): void {
    if (!this.#socket.writable || this.#socket.writableLength > maxQueuedBytes) return;
    const pieces = datagram instanceof Uint8Array ? [datagram] : datagram;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const framed = Buffer.allocUnsafe(2 + length);
    framed.writeUInt16BE(length, 0);
    let at = 2;
    for (const piece of pieces) {
      framed.set(piece, at);
      at += piece.length;
    }
    this.#socket.write(framed);
  }

  get queued(): number {
    return Math.floor(this.#socket.writableLength / typicalDatagramBytes);
  }

  close(): void {
    this.#socket.destroy();
  }
}

export interface TcpEvents {
  readonly arrival: Arrival;
  /** A connection is gone. */
  closed(path: TcpPath): void;
}

/** Takes ICE connections over TCP, for viewers whose network lets no UDP through. */
export class TcpListener {
  readonly #events: TcpEvents;
  readonly #paths = new Map<TcpPath, { stranger: NodeJS.Timeout | undefined }>();
  #server: Server | undefined;
  #accepted = 0;

  constructor(events: TcpEvents) {
    this.#events = events;
  }

  /** @throws NodeJS.ErrnoException EADDRINUSE, EACCES */
  async start(port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    server.maxConnections = maxConnections;
    server.listen(port);
    await once(server, 'listening');
    // A failed accept (no more file descriptors) costs that connection only.
    server.on('error', () => undefined);
    this.#server = server;
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** ICE has found whose connection this is: it may stay. */
  known(path: TcpPath): void {
    const entry = this.#paths.get(path);
    clearTimeout(entry?.stranger);
    if (entry) entry.stranger = undefined;
  }

  /** Its session has ended: it goes, unless another is found on it soon. */
  unknown(path: TcpPath): void {
    const entry = this.#paths.get(path);
    if (entry) entry.stranger ??= setTimeout(() => path.close(), strangerMs);
  }

  close(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const path of this.#paths.keys()) path.close();
  }

  #accept(socket: Socket): void {
    this.#accepted += 1;
    const from = plainEndpoint(socket);
    const path = new TcpPath(`tcp${this.#accepted}`, socket, from);
    const stranger = setTimeout(() => socket.destroy(), strangerMs);
    this.#paths.set(path, { stranger });
    const frames = new FrameReader((datagram) => this.#events.arrival(datagram, path, from));
    socket.on('data', (bytes) => {
      if (!frames.push(bytes)) socket.destroy();
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      clearTimeout(this.#paths.get(path)?.stranger);
      this.#paths.delete(path);
      this.#events.closed(path);
    });
  }
}

/** An IPv4 peer shows as ::ffff:… where the server listens on both families. */
function plainEndpoint({ remoteAddress = '', remotePort = 0 }: Socket): Endpoint {
  return { address: remoteAddress.replace(/^::ffff:(?=\d+\.)/i, ''), port: remotePort };
}

/**
 * Takes datagrams out of a stream (RFC 4571, 2). Pure, and holds at most one frame.
 *
 * ```
 *  0                   1
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 * |            length             | datagram ...
 * ```
 */
export class FrameReader {
  readonly #frame: (datagram: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(frame: (datagram: Buffer) => void) {
    this.#frame = frame;
  }

  /** False where the stream is none of datagrams, and must end. */
  push(bytes: Buffer): boolean {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= 2) {
      const length = rest.readUInt16BE(0);
      if (length > maxFrameBytes) return false;
      if (rest.length < 2 + length) break;
      // A copy: what is kept of it must not hold the whole read.
      if (length > 0) this.#frame(Buffer.from(rest.subarray(2, 2 + length)));
      rest = rest.subarray(2 + length);
    }
    this.#rest = rest.length === 0 ? rest : Buffer.from(rest);
    return true;
  }
}
