import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { VedetteError } from '../errors.ts';
import { portHolder } from './port-holder.ts';

/** The first byte of a TLS connection: a handshake record (RFC 8446, 5.1). No HTTP method begins so. */
const tlsHandshakeByte = 0x16;
/** A connection that says nothing, or does not come to its TLS handshake's end, is dropped. */
const greetingMs = 10_000;
/** A request's headers, and the whole of it, have this long: a phone on a bad network, not a slow drip of bytes. */
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** How often the two are looked at. */
const checkIntervalMs = 2_000;
/** Connections at once: 20 viewers with 6 each (what browsers open to one host), and as many again. */
const maxConnections = 256;

export interface ListenerHandlers {
  request(request: http.IncomingMessage, response: http.ServerResponse): void;
  upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** One TCP port that speaks HTTP and, where a certificate is given, HTTPS, told apart by the first byte. */
export class Listener {
  readonly #plain: http.Server;
  readonly #secure: https.Server | undefined;
  readonly #front = net.createServer();
  readonly #sockets = new Set<net.Socket>();

  constructor(handlers: ListenerHandlers, certificate: Certificate | undefined) {
    const timing = {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkIntervalMs,
    };
    this.#plain = http.createServer(timing);
    if (certificate !== undefined) {
      this.#secure = https.createServer({
        ...timing,
        ...certificate,
        minVersion: 'TLSv1.2',
        handshakeTimeout: greetingMs,
      });
      this.#secure.on('tlsClientError', (_error, socket) => socket.destroy());
    }
    for (const server of this.#servers) {
      server.on('request', handlers.request);
      server.on('upgrade', handlers.upgrade);
    }
    this.#front.maxConnections = maxConnections;
    this.#front.on('connection', (socket) => this.#greet(socket));
  }

  get #servers(): readonly (http.Server | https.Server)[] {
    return this.#secure === undefined ? [this.#plain] : [this.#plain, this.#secure];
  }

  /**
   * Listens. Where the machine has no IPv6, `::` means every IPv4 address.
   * @returns the port, which the system chose where it was given as 0.
   * @throws VedetteError `http/port-taken`, `http/port-forbidden`, `http/no-address`
   */
  async start(host: string, port: number): Promise<number> {
    try {
      await this.#listen(host, port);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAFNOSUPPORT' && host === '::') return await this.start('0.0.0.0', port);
      if (code === 'EADDRINUSE') {
        throw new VedetteError('http/port-taken', { host, port, holder: await portHolder(port) });
      }
      if (code === 'EACCES') throw new VedetteError('http/port-forbidden', { port });
      if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
        throw new VedetteError('http/no-address', { host });
      throw error;
    }
    // Neither server listens itself, and what begins to time requests is their `listening`.
    for (const server of this.#servers) server.emit('listening');
    return (this.#front.address() as net.AddressInfo).port;
  }

  /** New connections get this certificate from now on; those that stand keep theirs. */
  renew(certificate: Certificate): void {
    this.#secure?.setSecureContext({ ...certificate, minVersion: 'TLSv1.2' });
  }

  /** Takes no more connections, lets requests end for at most `graceMs`, then cuts what is left. Idempotent. */
  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#front.listening) this.#front.close(() => resolve());
      else resolve();
    });
    for (const server of this.#servers) {
      server.close(); // stops the timing of requests
      server.closeIdleConnections();
    }
    const deadline = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(deadline);
  }

  #listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#front.once('error', reject);
      this.#front.listen({ host, port }, () => {
        this.#front.off('error', reject);
        resolve();
      });
    });
  }

  #greet(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const drop = (): void => void socket.destroy();
    socket.on('error', drop); // a reset before the servers take over
    socket.setTimeout(greetingMs, drop);
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.setTimeout(0, drop);
      socket.off('timeout', drop);
      socket.off('error', drop);
      socket.unshift(first);
      const server = first[0] === tlsHandshakeByte ? this.#secure : this.#plain;
      if (server === undefined) {
        socket.destroy(); // TLS where there is none
        return;
      }
      server.emit('connection', socket);
      process.nextTick(() => socket.resume()); // after the server has begun to listen
    });
  }
}
