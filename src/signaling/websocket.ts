import type { WebSocket } from 'ws';
import { type LinkAdmission, LinkServer, type LinkServerOptions, messageBudget } from './link-server.ts';
import { SealedEnd, type SealedHost } from './sealed-end.ts';

/** A viewer that reads slower than this is not worth signaling to; its next connection starts afresh. */
const maxBufferedBytes = 1024 * 1024;
/** RFC 6455, 7.4.1: the message breaks the policy of the endpoint. */
const policyViolation = 1008;

/** Signaling over WebSocket: `/signal`. */
export class WebSocketSignaling {
  readonly #options: LinkServerOptions;
  readonly #server: LinkServer;

  constructor(options: LinkServerOptions) {
    this.#options = options;
    this.#server = new LinkServer(options);
  }

  /**
   * Serves a sealed conversation: the connection carries it, and is believed nothing.
   * @param hostOf who the device is in it
   */
  serveSealed(socket: WebSocket, hostOf: (links: LinkServer) => SealedHost): void {
    const { clock, log } = this.#options;
    const budget = messageBudget(clock.now());
    const end = new SealedEnd(hostOf(this.#server), {
      send: (envelope) => sendText(socket, envelope),
      over: (reason, error) => {
        if (error !== undefined) log.error({ err: error }, 'a sealed conversation failed');
        else log.info({ reason }, 'a sealed conversation ended');
        socket.close(policyViolation, 'the conversation is over');
      },
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary || !budget.take(clock.now()))
        socket.close(policyViolation, 'too many messages, or no text');
      else end.receive(data.toString('utf8'));
    });
  }

  /** Serves a connection whose peer was let in. */
  serve(socket: WebSocket, admission: LinkAdmission): void {
    const { clock } = this.#options;
    const budget = messageBudget(clock.now());
    const link = this.#server.serve((message) => send(socket, message), admission);
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!budget.take(clock.now())) socket.close(policyViolation, 'too many messages');
      else if (isBinary) link.receiveBinary();
      else link.receive(data.toString('utf8'));
    });
  }
}

const send = (socket: WebSocket, message: unknown): void => sendText(socket, JSON.stringify(message));

function sendText(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > maxBufferedBytes) socket.terminate();
  else socket.send(text);
}
