import { once } from 'node:events';
import WebSocket from 'ws';
import { type SignalingBody, SignalingMessage, signalingVersion } from '../../src/protocol/signaling.ts';

/** A device that says nothing for so long will not. */
const silenceMs = 20_000;

/** A viewer's end of `/signal`, without a browser: says what it is told to, right or wrong. */
export interface SignalClient {
  readonly socket: WebSocket;
  /** Sends a well-formed message of a session. */
  say(session: string, body: unknown): void;
  /** Sends just this. */
  sayRaw(data: string | Buffer): void;
  /** The next message, `hello` first; rejects when the connection ends. */
  next(): Promise<SignalingMessage>;
  /** The next message that is of this type. */
  nextOf<Type extends SignalingBody['type']>(type: Type): Promise<Extract<SignalingBody, { type: Type }>>;
  /** How it was closed (RFC 6455, 7.4). */
  readonly closed: Promise<number>;
  end(): void;
}

/** Opens `/signal` of the device whose page is at `url`. */
export async function connectSignal(
  url: string,
  headers: Record<string, string> = {},
): Promise<SignalClient> {
  const socket = new WebSocket(new URL('signal', url.replace(/^http/, 'ws')), {
    headers,
    rejectUnauthorized: false,
  });
  const arrived: SignalingMessage[] = [];
  const waiting: PromiseWithResolvers<SignalingMessage>[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined); // `closed` tells
  socket.on('message', (data) => {
    const message = SignalingMessage.parse(JSON.parse(String(data)));
    const taker = waiting.shift();
    if (taker) taker.resolve(message);
    else arrived.push(message);
  });
  socket.on('close', (code) => {
    for (const taker of waiting.splice(0)) taker.reject(new Error(`the connection ended: ${code}`));
  });
  await once(socket, 'open');
  const sequences = new Map<string, number>();
  const next = (): Promise<SignalingMessage> => {
    const message = arrived.shift();
    if (message) return Promise.resolve(message);
    const taker = Promise.withResolvers<SignalingMessage>();
    waiting.push(taker);
    const late = setTimeout(
      () => taker.reject(new Error(`nothing was said within ${silenceMs} ms`)),
      silenceMs,
    );
    return taker.promise.finally(() => clearTimeout(late));
  };
  return {
    socket,
    closed,
    next,
    say(session, body) {
      const seq = (sequences.get(session) ?? 0) + 1;
      sequences.set(session, seq);
      socket.send(
        JSON.stringify({
          v: signalingVersion,
          id: `${session}-${seq}`,
          from: 'test',
          to: '',
          session,
          seq,
          body,
        }),
      );
    },
    sayRaw: (data) => socket.send(data),
    async nextOf(type) {
      for (;;) {
        const { body } = await next();
        if (body.type === type) return body as never;
        // Nothing else will come: better said now than at the deadline.
        if (body.type === 'error') throw new Error(`${body.code}: ${body.message}`);
      }
    },
    end: () => socket.terminate(),
  };
}
