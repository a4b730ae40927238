import { isIPv6 } from 'node:net';
import type { TurnProtocol } from 'werift';
import type { Endpoint } from '../endpoint.ts';
import type { IceUrl } from './ice-url.ts';
import type { Arrival, WirePath } from './path.ts';

/** Datagrams on their way to the TURN server; more are dropped. Many a permission must be asked for first. */
const maxUnderWay = 256;
/** A server that does not answer costs only this. */
const connectTimeoutMs = 5_000;

/** The end of a session does not wait longer for the server. */
const releaseMs = 1_000;

export interface RelayServer {
  readonly url: IceUrl;
  /** For an allocation that is made now. */
  credentials(): { readonly username?: string | undefined; readonly credential?: string | undefined };
}

/** An allocation on a TURN server (RFC 8656), by werift's client, which is loaded with the first. */
export class RelayPath implements WirePath {
  readonly id: string;
  readonly family: 4 | 6;
  readonly transport = 'udp';
  readonly kind = 'relay';
  readonly preference = 0;
  /** Where peers send to. */
  readonly address: Endpoint;
  readonly #turn: TurnProtocol;
  #underWay = 0;
  #closed = false;

  private constructor(id: string, turn: TurnProtocol, arrival: Arrival) {
    const [address, port] = turn.relayedAddress;
    this.id = id;
    this.#turn = turn;
    this.address = { address, port };
    this.family = isIPv6(address) ? 6 : 4;
    turn.onData.subscribe((datagram, [from, fromPort]) =>
      arrival(datagram, this, { address: from, port: fromPort }),
    );
  }

  /** @throws Error where the server does not answer or refuses */
  static async allocate(id: string, { url, credentials }: RelayServer, arrival: Arrival): Promise<RelayPath> {
    const { createTurnClient } = await import('werift');
    const { username = '', credential = '' } = credentials();
    const turn = await createTurnClient(
      { address: [url.host, url.port], username, password: credential },
      { transport: url.transport, ssl: url.transport === 'tls', connectTimeoutMs },
    );
    return new RelayPath(id, turn, arrival);
  }

  send({ address, port }: Endpoint, datagram: Uint8Array | readonly Uint8Array[]): void {
    if (this.#closed || this.#underWay >= maxUnderWay) return;
    this.#underWay += 1;
    // The client is done with the bytes later: what is lent to us is copied.
    const bytes = datagram instanceof Uint8Array ? Buffer.from(datagram) : Buffer.concat(datagram);
    this.#turn
      .sendData(bytes, [address, port])
      .catch(() => undefined) // no permission for this peer, or no server: its check fails
      .finally(() => {
        this.#underWay -= 1;
      });
  }

  get queued(): number {
    return this.#underWay;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#release().finally(() => this.#turn.close().catch(() => undefined));
  }

  /** Gives the allocation back (RFC 8656, 7.2): the server would keep it for ten minutes, and has only so many. */
  async #release(): Promise<void> {
    const { Message, classes, methods } = await import('werift');
    const request = new Message(methods.REFRESH, classes.REQUEST).setAttribute('LIFETIME', 0);
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, releaseMs);
    await Promise.race([this.#turn.request(request, this.#turn.server), deadline.promise]).catch(
      () => undefined,
    );
    clearTimeout(timer);
  }
}
