import type { Clock } from '../clock.ts';
import type { VedetteError } from '../errors.ts';
import type { DeviceMessage, FeedStatus, ViewerMessage, Watcher } from '../protocol/events.ts';
import type { Scope } from '../protocol/scope.ts';
import type { SituationHost } from '../protocol/situation.ts';
import type { DataChannel } from '../transport/channel.ts';
import { EventsChannel, eventsLabel } from './events-channel.ts';
import type { SessionFeed } from './feed.ts';
import { changeFor, situationFor } from './situation.ts';
import type { FeedFlow } from './states.ts';

/** How long a goodbye may take to leave before the transport is closed under it. */
const goodbyeDeadlineMs = 300;
/** A viewer that took no more messages is told everything anew, once it takes some again: tried so often. */
const catchUpEveryMs = 1_000;

export interface ConversationParts {
  readonly session: string;
  readonly scopes: readonly Scope[];
  /** Whose session it is, where that is somebody with an id. */
  readonly person: string | undefined;
  readonly feeds: readonly SessionFeed[];
  readonly situation: SituationHost;
  readonly clock: Clock;
  /** How many viewers watch now. */
  watching(): number;
  /** Who they are. */
  watchers(): readonly Watcher[];
  /** Whether this viewer waits for a feed's keyframe. */
  waits(feed: string): boolean;
  /** Why this viewer gets a feed's picture, or does not. */
  flow(feed: string): FeedFlow;
  /** Why it gets nothing of what the device shows, if so. */
  crowded(): VedetteError | undefined;
  /** Does what the viewer asks; gives the reason where it is refused. */
  obey(message: ViewerMessage): VedetteError | undefined;
}

/** What a session and its viewer say to each other on the `events` channel: the full state first, then each change. */
export class Conversation {
  readonly #parts: ConversationParts;
  readonly #releases: (() => void)[] = [];
  #channel: EventsChannel | undefined;
  #ended = false;
  /** Runs while the viewer has missed something. */
  #catchUp: NodeJS.Timeout | undefined;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
  }

  /** Takes the viewer's channel, if it is the one for events and the first. */
  adopt(channel: DataChannel): void {
    if (channel.label !== eventsLabel || this.#channel || this.#ended) return;
    const { feeds, situation, scopes, person, crowded } = this.#parts;
    this.#channel = new EventsChannel(channel);
    for (const feed of feeds) this.#releases.push(feed.onStatus(() => this.tellFeed(feed.name)));
    this.#releases.push(
      situation.onChange((change) => {
        const told = changeFor(change, scopes, person);
        if (told) this.#tell(told);
      }),
    );
    this.#tell(this.#state());
    const reason = crowded();
    if (reason) this.tellCrowded(reason);
  }

  /** Reads what the viewer said, and does it. */
  hear(channel: DataChannel, text: string): void {
    if (channel.label !== eventsLabel) return;
    const message = this.#channel?.read(text, this.#parts.clock.now());
    const refusal = message && this.#parts.obey(message);
    if (!refusal) return;
    this.#tell(
      message.type === 'talk'
        ? { type: 'talk-refused', feed: message.feed, ...refusal.told }
        : { type: 'refused', request: message.type, ...refusal.told },
    );
  }

  tellFeed(name: string): void {
    const feed = this.#parts.feeds.find((it) => it.name === name);
    if (feed) this.#tell({ type: 'feed', status: this.#status(feed) });
  }

  /** Tells how many watch now, and who, to those who may know. */
  tellWatching(): void {
    this.#tell({ type: 'watching', ...this.#watching() });
  }

  /** Tells that the device shows something, but as many watch as may. */
  tellCrowded({ told }: VedetteError): void {
    this.#tell({ type: 'refused', request: 'call', ...told });
  }

  /** Listens to nothing any more, and resolves when the goodbye has left or takes too long. */
  async end(reason: string): Promise<void> {
    this.#ended = true;
    for (const release of this.#releases.splice(0)) release();
    clearInterval(this.#catchUp);
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel?.send({ type: 'goodbye', reason })) await channel.flushed(goodbyeDeadlineMs);
  }

  #tell(message: DeviceMessage): void {
    // What is missed already will be in the state.
    if (!this.#channel || this.#catchUp || this.#channel.send(message)) return;
    this.#catchUp = setInterval(() => {
      if (!this.#channel?.send(this.#state())) return;
      clearInterval(this.#catchUp);
      this.#catchUp = undefined;
    }, catchUpEveryMs);
  }

  #state(): DeviceMessage {
    const { session, scopes, person, feeds, situation } = this.#parts;
    const { sensors, alarms, rings, locks, privacy, confirmations, trust } = situationFor(
      situation.situation,
      scopes,
      person,
    );
    return {
      type: 'state',
      session,
      feeds: feeds.map((feed) => this.#status(feed)),
      ...this.#watching(),
      sensors,
      alarms,
      rings,
      locks,
      privacy,
      confirmations,
      ...(trust ? { trust } : {}),
    };
  }

  #watching() {
    const { scopes, watching, watchers } = this.#parts;
    return { watching: watching(), ...(scopes.includes('admin') ? { watchers: [...watchers()] } : {}) };
  }

  #status(feed: SessionFeed): FeedStatus {
    return {
      feed: feed.name,
      camera: feed.camera,
      talk: feed.talk,
      waitsForKeyframe: this.#parts.waits(feed.name),
      flow: this.#parts.flow(feed.name),
    };
  }
}
