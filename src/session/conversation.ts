import type { Clock } from '../clock.ts';
import type { DeviceMessage, FeedStatus, ViewerMessage } from '../protocol/events.ts';
import type { DataChannel } from '../transport/channel.ts';
import { EventsChannel, eventsLabel } from './events-channel.ts';
import type { SessionFeed } from './feed.ts';

/** How long a goodbye may take to leave before the transport is closed under it. */
const goodbyeDeadlineMs = 300;

export interface ConversationParts {
  readonly session: string;
  readonly feeds: readonly SessionFeed[];
  readonly clock: Clock;
  /** How many viewers watch now. */
  watching(): number;
  /** Whether this viewer waits for a feed's keyframe. */
  waits(feed: string): boolean;
  /** Does what the viewer asks; for a talk that is refused, gives the reason. */
  obey(message: ViewerMessage): string | undefined;
}

/** What a session and its viewer say to each other on the `events` channel: the full state first, then each change. */
export class Conversation {
  readonly #parts: ConversationParts;
  readonly #releases: (() => void)[] = [];
  #channel: EventsChannel | undefined;
  #ended = false;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /** Takes the viewer's channel, if it is the one for events and the first. */
  adopt(channel: DataChannel): void {
    if (channel.label !== eventsLabel || this.#channel || this.#ended) return;
    const { session, feeds, watching } = this.#parts;
    this.#channel = new EventsChannel(channel);
    for (const feed of feeds) this.#releases.push(feed.onStatus(() => this.tellFeed(feed)));
    this.#tell({
      type: 'state',
      session,
      feeds: feeds.map((feed) => this.#status(feed)),
      watching: watching(),
      sensors: [],
      alarms: [],
      rings: [],
      privacy: { on: false },
    });
  }

  /** Reads what the viewer said, and does it. */
  hear(channel: DataChannel, text: string): void {
    if (channel.label !== eventsLabel) return;
    const message = this.#channel?.read(text, this.#parts.clock.now());
    const refused = message && this.#parts.obey(message);
    if (refused && message.type === 'talk')
      this.#tell({ type: 'talk-refused', feed: message.feed, reason: refused });
  }

  tellFeed(feed: SessionFeed): void {
    this.#tell({ type: 'feed', status: this.#status(feed) });
  }

  tellWatching(watching: number): void {
    this.#tell({ type: 'watching', watching });
  }

  /** Listens to nothing any more, and resolves when the goodbye has left or takes too long. */
  async end(reason: string): Promise<void> {
    this.#ended = true;
    for (const release of this.#releases.splice(0)) release();
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel?.send({ type: 'goodbye', reason })) await channel.flushed(goodbyeDeadlineMs);
  }

  #tell(message: DeviceMessage): void {
    this.#channel?.send(message);
  }

  #status(feed: SessionFeed): FeedStatus {
    return {
      feed: feed.name,
      camera: feed.camera,
      talk: feed.talk,
      waitsForKeyframe: this.#parts.waits(feed.name),
      flow: 'watching',
    };
  }
}
