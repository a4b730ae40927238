import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { denialError, denied } from '../access/denial.ts';
import { VedetteError } from '../errors.ts';
import { maxSealedChars, sealedProtocol } from '../protocol/sealed.ts';
import { maxSignalingBytes } from '../protocol/signaling.ts';
import { serveGo2rtc } from '../signaling/go2rtc.ts';
import { WebSocketSignaling } from '../signaling/websocket.ts';
import { requireFeed } from '../signaling/whep.ts';
import { type Caller, type CallerRules, callerOf } from './caller.ts';
import { admissionOf, admit, admitVisitor, type DeviceServices } from './context.ts';
import { refusalOf } from './problem.ts';
import { sealedHost } from './sealed.ts';

/** A connection that did not answer a ping within this is dead: twice this after its last sign at the latest. */
const heartbeatMs = 15_000;
/** Each may carry sessions; beyond these are no viewers of one device. */
const maxSockets = 128;
/** RFC 6455, 7.4.1: the endpoint goes away. */
const goingAway = 1001;

export interface SocketParts {
  readonly services: DeviceServices;
  readonly rules: CallerRules;
  /** HTTPS is spoken, so plain connections from elsewhere are refused. */
  readonly secured: boolean;
}

/** The WebSocket doors: `/signal` and `/api/ws`. */
export class Sockets {
  readonly #parts: SocketParts;
  readonly #plain = serverOf(maxSignalingBytes);
  readonly #sealed = serverOf(maxSealedChars);
  readonly #signaling: WebSocketSignaling;
  readonly #alive = new WeakSet<WebSocket>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.#signaling = new WebSocketSignaling(parts.services);
  }

  start(): void {
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    this.#heartbeat.unref();
  }

  /** Tells every connection that the device goes away. Sessions are not ended here. */
  stop(): void {
    clearInterval(this.#heartbeat);
    for (const socket of this.#connections) socket.close(goingAway, 'the device stops');
  }

  /** Takes an upgrade request (RFC 6455, 4.2), or refuses it as any other request would be. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const { services, rules, secured } = this.#parts;
    let caller: Caller | undefined;
    try {
      caller = callerOf(request, rules);
      if (secured && !caller.local && !caller.encrypted) throw new VedetteError('http/insecure');
      const serve = this.#door(request, caller);
      if (this.#connections.length >= maxSockets) throw new VedetteError('http/busy');
      const server = isSealed(request) ? this.#sealed : this.#plain;
      server.handleUpgrade(request, socket, head, (connection) => {
        this.#watch(connection);
        serve(connection);
      });
    } catch (error) {
      const denied = error instanceof VedetteError && error.code === 'access/denied';
      const status = denied ? (caller?.peer.kind === 'stranger' ? 401 : 403) : undefined;
      refuse(socket, refusalOf(error, services.log, status));
    }
  }

  /** What is behind the request's URL, for somebody who may. */
  #door(request: IncomingMessage, caller: Caller): (connection: WebSocket) => void {
    const { services } = this.#parts;
    const url = URL.parse(request.url ?? '', 'http://device');
    if (url?.pathname === '/signal') {
      if (isSealed(request)) {
        const { peer, network } = caller;
        // Who is known may ask; whether they may look is decided when they offer.
        if (peer.kind === 'stranger') throw denialError(denied('stranger'));
        const way = { network, ...(peer.kind === 'person' ? {} : { also: peer }) };
        return (connection) =>
          this.#signaling.serveSealed(connection, (links) => sealedHost(services, links, way));
      }
      admitVisitor(caller, services);
      return (connection) => this.#signaling.serve(connection, admissionOf(caller, services));
    }
    if (url?.pathname === '/api/ws') {
      admit(caller, 'view', services);
      const feed = url.searchParams.get('src') ?? '';
      requireFeed(services.sessions, feed);
      return (connection) => serveGo2rtc(connection, feed, admissionOf(caller, services), services);
    }
    throw new VedetteError('http/not-found', { path: (url?.pathname ?? '').slice(0, 200) });
  }

  get #connections(): readonly WebSocket[] {
    return [...this.#plain.clients, ...this.#sealed.clients];
  }

  #watch(connection: WebSocket): void {
    this.#alive.add(connection);
    connection.on('pong', () => this.#alive.add(connection));
    // Too big (1009), bad UTF-8 (1007), bad framing (1002): ws has closed it with the code of RFC 6455, 7.4.1.
    connection.on('error', ({ message }) =>
      this.#parts.services.log.debug({ reason: message }, 'a WebSocket failed'),
    );
  }

  #beat(): void {
    for (const connection of this.#connections) {
      if (!this.#alive.delete(connection)) connection.terminate();
      else connection.ping();
    }
  }
}

const serverOf = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });

/** Whether the page asks for a sealed conversation: the first protocol it names is the one that ws agrees to. */
function isSealed({ headers }: IncomingMessage): boolean {
  return headers['sec-websocket-protocol']?.split(',')[0]?.trim() === sealedProtocol;
}

function refuse(socket: Duplex, { status, headers, body }: ReturnType<typeof refusalOf>): void {
  const text = `${JSON.stringify(body)}\n`;
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${text}`, () =>
    socket.destroy(),
  );
}
