import type { DeviceMessage, FeedStatus, ViewerMessage } from '../protocol/events.ts';
import type { FeedDescription } from '../protocol/signaling.ts';
import { type Connection, idleConnection } from './connection.ts';
import { Connector } from './connector.ts';
import { type Admission, askDevice, type Redemption, redeemSecret } from './device.ts';
import type { FeedMedia, Peer } from './peer.ts';
import { SignalCarrier } from './signal-carrier.ts';

/** What the page knows of its device, kept current. Components read it and draw; they never write. */
export class Viewer {
  readonly #changed: () => void;
  readonly #connector: Connector;
  #peer: Peer | undefined;
  admission: Admission | undefined;
  redemption: Redemption = 'none';
  connection: Connection = idleConnection;
  session = '';
  feeds: readonly FeedDescription[] = [];
  watching = 0;
  readonly statuses = new Map<string, FeedStatus>();
  readonly media = new Map<string, FeedMedia>();
  /** Why the device did not take the last call, by feed; a new object for each refusal. */
  readonly refusals = new Map<string, { readonly reason: string }>();

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#connector = new Connector(
      new SignalCarrier({
        opened: (session, peer, feeds) => this.#opened(session, peer, feeds),
        message: (message) => this.#deviceSaid(message),
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
    this.redemption = await redeemSecret();
    this.#connector.start();
    this.admission = await askDevice();
    if (this.admission.type === 'admitted' && this.feeds.length === 0)
      this.feeds = this.admission.device.feeds;
    if (this.admission.type === 'unauthorized') this.#connector.feed({ type: 'unauthorized' });
    this.#changed();
  }

  stop(): void {
    removeEventListener('pagehide', this.#left);
    removeEventListener('pageshow', this.#returned);
    this.#connector.stop();
  }

  send(message: ViewerMessage): boolean {
    return this.#peer?.send(message) ?? false;
  }

  getStats(): Promise<RTCStatsReport> | undefined {
    return this.#peer?.connection.getStats();
  }

  #opened(session: string, peer: Peer, feeds: readonly FeedDescription[]): void {
    this.session = session;
    this.#peer = peer;
    this.feeds = feeds;
    this.statuses.clear();
    this.media.clear();
    for (const media of peer.media) this.media.set(media.feed, media);
    this.#changed();
  }

  #deviceSaid(message: DeviceMessage): void {
    switch (message.type) {
      case 'state':
        this.statuses.clear();
        for (const status of message.feeds) this.statuses.set(status.feed, status);
        this.watching = message.watching;
        break;
      case 'feed':
        this.statuses.set(message.status.feed, message.status);
        break;
      case 'watching':
        this.watching = message.watching;
        break;
      case 'talk-refused':
        this.refusals.set(message.feed, { reason: message.reason });
        break;
      case 'goodbye': // the carrier ends the session
        break;
    }
    this.#changed();
  }

  readonly #left = (): void => this.#connector.stop();

  /** A page taken out of the back-forward cache is as it was left: stopped. A fresh start is the simplest truth. */
  readonly #returned = (event: PageTransitionEvent): void => {
    if (event.persisted) location.reload();
  };
}
