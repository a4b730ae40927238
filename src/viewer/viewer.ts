import type { DeviceEvent } from '../protocol/alarm.ts';
import type { DeviceMessage, FeedStatus, ViewerMessage, Watcher } from '../protocol/events.ts';
import type { Refused } from '../protocol/refused.ts';
import type { FeedDescription } from '../protocol/signaling.ts';
import { type Connection, idleConnection } from './connection.ts';
import { Connector } from './connector.ts';
import { type Admission, type Redemption, redeemSecret } from './device.ts';
import type { Door } from './door.ts';
import type { FeedMedia, Peer } from './peer.ts';
import { refusalWords } from './refusal-words.ts';
import { RequestClient } from './requests.ts';
import { type Hello, SignalCarrier } from './signal-carrier.ts';
import { noSituation, type Situation, situationAfter, situationWith } from './situation.ts';

export interface ViewerOptions {
  /** How the page gets to its device. */
  readonly way: Promise<Door>;
  /** Something that components draw has changed. */
  readonly changed: () => void;
  /** The device refused what was asked for, for this reason. */
  readonly refused: (request: string, why: Refused) => void;
  readonly standby: boolean;
  /** What others shall read; empty for none. */
  readonly name: string;
}

/** What the page knows of its device, kept current. Components read it and draw; they never write. */
export class Viewer {
  readonly #changed: () => void;
  readonly #refused: ViewerOptions['refused'];
  readonly #connector: Connector;
  /** What is asked of the device and answered by a receipt. */
  readonly requests = new RequestClient({ post: async (text, heard) => this.#door?.post(text, heard) });
  readonly #eventListeners = new Set<(event: DeviceEvent) => void>();
  readonly #way: Promise<Door>;
  #door: Door | undefined;
  #peer: Peer | undefined;
  #standby: boolean;
  #name: string;
  admission: Admission | undefined;
  redemption: Redemption = 'none';
  connection: Connection = idleConnection;
  session = '';
  feeds: readonly FeedDescription[] = [];
  watching = 0;
  /** Who they are, where the device says so. */
  watchers: readonly Watcher[] | undefined;
  situation: Situation = noSituation;
  readonly statuses = new Map<string, FeedStatus>();
  readonly media = new Map<string, FeedMedia>();
  /** Why the device did not take the last call, by feed; a new object for each refusal. */
  readonly refusals = new Map<string, { readonly reason: string }>();

  constructor({ way, changed, refused, standby, name }: ViewerOptions) {
    this.#way = way;
    this.#changed = changed;
    this.#refused = refused;
    this.#standby = standby;
    this.#name = name;
    this.#connector = new Connector(
      new SignalCarrier({
        line: (events) => this.#opensBy.line(events),
        whyLost: () => this.#opensBy.whyLost(),
        opened: (session, peer, hello) => this.#opened(session, peer, hello),
        message: (message) => this.#deviceSaid(message),
        telemetry: (message) => {
          this.situation = situationWith(this.situation, message, Date.now());
          changed();
        },
        control: this.requests,
        standby: () => this.#standby,
      }),
      (connection) => {
        this.connection = connection;
        changed();
      },
    );
  }

  /** Redeems the secret of the address, if there is one, then connects and asks for the device at the same time. */
  async start(): Promise<void> {
    addEventListener('pagehide', this.#left);
    addEventListener('pageshow', this.#returned);
    this.#door = await this.#way;
    this.redemption = await redeemSecret();
    this.#connector.start();
    await this.#askAdmission();
  }

  async #askAdmission(): Promise<void> {
    const admission = await this.#opensBy.admission();
    // What was known stays known while the device is out of reach.
    if (admission.type === 'unreachable' && this.admission !== undefined) return;
    this.admission = admission;
    if (admission.type === 'admitted' && this.feeds.length === 0) this.feeds = admission.device.feeds;
    if (admission.type === 'unauthorized') this.#connector.feed({ type: 'unauthorized' });
    this.#changed();
  }

  stop(): void {
    removeEventListener('pagehide', this.#left);
    removeEventListener('pageshow', this.#returned);
    this.#connector.stop();
  }

  /** Off until it is called; the connection stays. */
  get standby(): boolean {
    return this.#standby;
  }

  set standby(standby: boolean) {
    if (standby === this.#standby) return;
    this.#standby = standby;
    this.send({ type: standby ? 'standby' : 'accept' }); // unheard, it is said again with the next state
    this.#changed();
  }

  set name(name: string) {
    this.#name = name;
    if (name !== '') this.send({ type: 'name', name });
  }

  /** False where the device could not have heard it. */
  send(message: ViewerMessage): boolean {
    return this.#peer?.send(message) ?? false;
  }

  getStats(): Promise<RTCStatsReport> | undefined {
    return this.#peer?.connection.getStats();
  }

  /** Calls `listener` with each event that happens or changes, until the returned function is called. */
  onEvent(listener: (event: DeviceEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => void this.#eventListeners.delete(listener);
  }

  get #opensBy(): Door {
    if (!this.#door) throw new Error('nothing is opened before the start');
    return this.#door;
  }

  #opened(session: string, peer: Peer, hello: Hello): void {
    const { feeds } = hello;
    this.admission = this.#opensBy.admitted(hello) ?? this.admission;
    // Let in now, as not before: the time has come.
    if (this.admission !== undefined && this.admission.type !== 'admitted') {
      this.#askAdmission().catch(() => undefined); // it never rejects
    }
    this.session = session;
    this.#peer = peer;
    this.feeds = feeds;
    this.statuses.clear();
    this.media.clear();
    for (const media of peer.media) this.media.set(media.feed, media);
    this.#changed();
  }

  #deviceSaid(message: DeviceMessage): void {
    this.situation = situationAfter(this.situation, message);
    switch (message.type) {
      case 'state':
        this.statuses.clear();
        for (const status of message.feeds) this.statuses.set(status.feed, status);
        this.watching = message.watching;
        this.watchers = message.watchers;
        if (this.#name !== '') this.send({ type: 'name', name: this.#name });
        this.#sayStandby();
        break;
      case 'feed':
        this.statuses.set(message.status.feed, message.status);
        break;
      case 'watching':
        this.watching = message.watching;
        this.watchers = message.watchers;
        break;
      case 'talk-refused':
        this.refusals.set(message.feed, { reason: refusalWords(message) });
        break;
      case 'refused':
        if (message.request === 'accept') this.#standby = true; // it is so, wished or not
        this.#refused(message.request, message);
        break;
      case 'event':
        for (const listener of this.#eventListeners) listener(message.event);
        break;
      case 'sensor':
      case 'alarm':
      case 'ring':
      case 'lock':
      case 'privacy': // the situation's
        break;
      case 'goodbye': // the carrier ends the session; perhaps because we may do other things now than before
        this.#askAdmission().catch(() => undefined); // it never rejects
        break;
    }
    this.#changed();
  }

  /** A wish that came between the offer and the open channel. */
  #sayStandby(): void {
    const flows = [...this.statuses.values()].map(({ flow }) => flow);
    if (this.#standby && flows.includes('watching')) this.send({ type: 'standby' });
    if (!this.#standby && flows.includes('standby')) this.send({ type: 'accept' });
  }

  readonly #left = (): void => this.#connector.stop();

  /** A page taken out of the back-forward cache is as it was left: stopped. A fresh start is the simplest truth. */
  readonly #returned = (event: PageTransitionEvent): void => {
    if (event.persisted) location.reload();
  };
}
