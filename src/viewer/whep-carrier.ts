import { z } from 'zod';
import type { DeviceMessage } from '../protocol/events.ts';
import type { FeedDescription, IceServer } from '../protocol/signaling.ts';
import type { ConnectionInput } from './connection.ts';
import type { SessionCarrier } from './connector.ts';
import { readIceServers } from './ice-servers.ts';
import { Peer } from './peer.ts';
import { applyFragment, fragmentType, writeFragment } from './sdp-fragment.ts';

export interface WhepCarrierEvents {
  opened(peer: Peer): void;
  message(message: DeviceMessage): void;
}

type Report = (input: ConnectionInput) => void;

/** A WHEP address is one feed, with its sound; what it is called is told nowhere. */
const feed: FeedDescription = { name: '', title: '', audio: true, talk: false };

const Refusal = z.object({ code: z.string() });

/** Carries sessions over WHEP (draft-ietf-wish-whep): POST the offer, PATCH candidates and ICE restarts, DELETE. */
export class WhepCarrier implements SessionCarrier {
  readonly #endpoint: URL;
  readonly #token: string | undefined;
  readonly #events: WhepCarrierEvents;
  #open: WhepSession | undefined;
  /** Of the last answer; the next session gathers with them from its start. */
  #iceServers: readonly IceServer[] = [];

  constructor(endpoint: URL, token: string | undefined, events: WhepCarrierEvents) {
    this.#endpoint = endpoint;
    this.#token = token;
    this.#events = events;
  }

  open(report: Report): void {
    this.close();
    const request = (url: URL, init: RequestInit): Promise<Response> => {
      const headers = new Headers(init.headers);
      if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`);
      return fetch(url, { ...init, headers, credentials: 'omit', referrerPolicy: 'no-referrer' });
    };
    this.#open = new WhepSession(
      this.#endpoint,
      request,
      report,
      this.#iceServers,
      this.#events,
      (servers) => {
        this.#iceServers = servers;
      },
    );
  }

  restart(): void {
    this.#open?.restart();
  }

  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}

class WhepSession {
  readonly #peer: Peer;
  readonly #request: (url: URL, init: RequestInit) => Promise<Response>;
  readonly #report: Report;
  /** The session's own address, once the device gave it. */
  #resource: URL | undefined;
  #etag = '*';
  #closed = false;
  /** Candidates not yet sent; one PATCH is under way at a time. */
  #held: string[] = [];
  #trickling = false;

  constructor(
    endpoint: URL,
    request: (url: URL, init: RequestInit) => Promise<Response>,
    report: Report,
    iceServers: readonly IceServer[],
    events: WhepCarrierEvents,
    gotIceServers: (servers: readonly IceServer[]) => void,
  ) {
    this.#request = request;
    this.#report = report;
    this.#peer = new Peer([feed], iceServers, {
      report,
      candidate: ({ candidate }) => {
        this.#held.push(candidate);
        this.#trickle();
      },
      message: (message) => {
        events.message(message);
        if (message.type === 'goodbye') report({ type: 'ended', down: { reason: 'goodbye' } });
      },
    });
    events.opened(this.#peer);
    this.#settle(this.#begin(endpoint, gotIceServers));
  }

  restart(): void {
    this.#settle(this.#restart());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer.close();
    this.#delete();
  }

  async #begin(endpoint: URL, gotIceServers: (servers: readonly IceServer[]) => void): Promise<void> {
    const response = await this.#request(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp', accept: 'application/sdp' },
      body: await this.#peer.offer(),
    });
    if (response.status !== 201) {
      this.#report(await refusalOf(response));
      return;
    }
    const location = response.headers.get('location');
    if (location !== null) this.#resource = new URL(location, endpoint);
    this.#etag = response.headers.get('etag') ?? '*';
    gotIceServers(readIceServers(response.headers.get('link')));
    const answer = await response.text();
    if (this.#closed) {
      this.#delete(); // closed while the device was answering: it must not keep the session
      return;
    }
    await this.#peer.answer(answer);
    this.#trickle();
  }

  async #restart(): Promise<void> {
    const remote = this.#peer.connection.remoteDescription?.sdp;
    if (!this.#resource || remote === undefined) throw new Error('no session to restart');
    this.#trickling = true; // the restart's own PATCH goes first
    this.#held = [];
    const offer = await this.#peer.offer(true);
    const response = await this.#request(this.#resource, {
      method: 'PATCH',
      headers: { 'content-type': fragmentType, 'if-match': '*' }, // an ICE restart (RFC 9725, 4.3.3)
      body: writeFragment(offer, []),
    });
    const answer = response.status === 200 ? applyFragment(remote, await response.text()) : undefined;
    if (answer === undefined) {
      this.#report({ type: 'ended', down: { reason: 'refused', code: `http/${response.status}` } });
      return;
    }
    this.#etag = response.headers.get('etag') ?? this.#etag;
    await this.#peer.answer(answer);
    this.#trickling = false;
    this.#trickle();
  }

  /** Candidates go as they come, those found meanwhile together. A device that takes none has told all of its own. */
  #trickle(): void {
    const { localDescription } = this.#peer.connection;
    if (this.#trickling || this.#closed || !this.#resource || !localDescription || this.#held.length === 0)
      return;
    const body = writeFragment(localDescription.sdp, this.#held);
    this.#held = [];
    this.#trickling = true;
    const next = (): void => {
      this.#trickling = false;
      this.#trickle();
    };
    this.#request(this.#resource, {
      method: 'PATCH',
      headers: { 'content-type': fragmentType, 'if-match': this.#etag },
      body,
    }).then(next, next);
  }

  /** `keepalive` lets the request outlive the page. */
  #delete(): void {
    if (!this.#resource) return;
    this.#request(this.#resource, { method: 'DELETE', keepalive: true }).catch(() => undefined); // gone either way
  }

  #settle(step: Promise<void>): void {
    step.catch(() => this.#report({ type: 'signaling-lost' }));
  }
}

async function refusalOf(response: Response): Promise<ConnectionInput> {
  if (response.status === 401 || response.status === 403) return { type: 'unauthorized' };
  const said = Refusal.safeParse(await response.json().catch(() => undefined));
  const code = response.status === 503 ? 'session/limit' : `http/${response.status}`;
  return { type: 'ended', down: { reason: 'refused', code: said.success ? said.data.code : code } };
}
