import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { EncodedStream, Release } from '../media/stream.ts';
import type { Watcher } from '../protocol/events.ts';
import { covers } from '../protocol/scope.ts';
import type {
  SessionEvents,
  SessionHandle,
  SessionHost,
  SessionRequest,
  Visit,
} from '../protocol/session.ts';
import type { FeedDescription } from '../protocol/signaling.ts';
import type { SituationHost } from '../protocol/situation.ts';
import { Peer, type PeerEvents, type PeerParts } from '../transport/peer.ts';
import { Broadcasts } from './broadcast.ts';
import type { SessionFeed } from './feed.ts';
import { Session, type SessionPeer } from './session.ts';
import type { Show } from './shows.ts';
import { nothingBeside } from './situation.ts';
import { Telemetry } from './telemetry.ts';
import { Visits } from './visits.ts';

/** Whether everybody may still do what they do is looked at this often: times begin and end by themselves. */
const reviewMs = 1_000;
/** What a refused viewer is told to wait before it tries again. */
const retryAfterSeconds = 10;

export interface SessionsOptions extends PeerParts {
  readonly feeds: readonly SessionFeed[];
  readonly limits: {
    /** Sessions that media flows to. */
    readonly viewers: number;
    /** Sessions that are connected and wait. */
    readonly standby: number;
  };
  /** What carries a session: ICE, DTLS, SRTP and SCTP on the wire, unless told. */
  readonly peer?: (events: PeerEvents) => SessionPeer;
  /** What is the case beside the feeds; nothing unless told. */
  readonly situation?: SituationHost;
  /** Told who watches what, and for how long. */
  readonly visited?: (visit: Visit) => void;
  /** Told how many see or hear, each time that changes. */
  readonly watched?: (watching: number) => void;
  readonly logger: Logger;
}

/** All sessions of a device: opened here, counted here, called here, ended here. */
export class Sessions implements SessionHost {
  readonly feeds: readonly FeedDescription[];
  readonly #options: SessionsOptions;
  readonly #situation: SituationHost;
  readonly #telemetry: Telemetry;
  readonly #broadcasts = new Broadcasts();
  readonly #open = new Set<Session>();
  readonly #shows = new Set<Show>();
  /** Whether each session is just being asked what the shows are to it, and whether to ask once more. */
  #following: 'no' | 'once' | 'again' = 'no';
  readonly #releases: readonly Release[];
  readonly #visits: Visits;
  #told = 0;
  #toldWho = '[]';
  /** While sessions are open. */
  #reviews: NodeJS.Timeout | undefined;
  /** The device ends: who is told goodbye needs not hear how the others dwindle. */
  #ending = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#visits = new Visits((visit) => options.visited?.(visit));
    this.#situation = options.situation ?? nothingBeside;
    this.#telemetry = new Telemetry(options.clock, () => this.#situation.telemetry);
    this.feeds = options.feeds.map(({ name, title, audio, speaker }) => ({
      name,
      title,
      audio: audio !== undefined,
      talk: speaker !== undefined,
    }));
    this.#releases = options.feeds.map((feed) => feed.onStatus(() => this.#forgetIfPrivate(feed)));
  }

  /** How many sessions media flows to, or would: accepted or called, and not fallen silent. */
  get watching(): number {
    return [...this.#open].filter(({ takesPlace }) => takesPlace).length;
  }

  /** Who watches, in the order they came; who is known by nothing is `Somebody`. */
  get watchers(): readonly Watcher[] {
    return [...this.#open]
      .filter(({ takesPlace }) => takesPlace)
      .map(({ id, who, feeds }) => ({ session: id, name: who?.name ?? 'Somebody', feeds: [...feeds] }));
  }

  /** Whether a picture flows to a session of this key now, whatever carries it. */
  watches(key: string): boolean {
    return [...this.#open].some(({ who, watching }) => watching && who?.key === key);
  }

  /** How many sessions are connected and wait. */
  get standby(): number {
    return [...this.#open].filter(({ takesPlace, phase }) => !takesPlace && phase !== 'closed').length;
  }

  /** Sessions that a ring reaches: connected, and allowed to answer. */
  get reachable(): readonly string[] {
    return [...this.#open].filter(({ mayAnswer }) => mayAnswer).map(({ id }) => id);
  }

  open(asked: SessionRequest, events: SessionEvents): SessionHandle {
    const { limits, logger } = this.#options;
    // Who may not look takes no place among those who do.
    const request = covers(asked.scopes, 'view') ? asked : { ...asked, standby: true };
    const limit = request.standby ? limits.standby : limits.viewers;
    const { watching, standby } = this;
    const taken = request.standby ? standby : watching;
    // Who watched and went back to standby has a place there even where those are all taken; but no more in all. Tabs
    // that were closed hold nothing, until their connections are given up.
    const silent = [...this.#open].filter(({ isSilent, phase }) => isSilent && phase !== 'closed').length;
    if (taken >= limit || watching + standby - silent >= limits.viewers + limits.standby)
      throw new VedetteError('session/limit', { limit, retryAfterSeconds });
    const session = new Session(
      request,
      {
        candidate: (candidate) => events.candidate(candidate),
        ended: (reason) => {
          this.#open.delete(session);
          this.#visits.ended(session, this.#options.clock.now());
          if (this.#open.size === 0) this.#endReviews();
          this.#moved();
          events.ended(reason);
        },
      },
      {
        ...this.#options,
        peer: this.#options.peer ?? ((peerEvents) => new Peer(this.#options, peerEvents)),
        situation: this.#situation,
        telemetry: this.#telemetry,
        broadcasts: this.#broadcasts,
        shows: this.#shows,
        watching: () => this.watching,
        watchers: () => this.watchers,
        mayAccept: () => this.watching < limits.viewers,
        moved: () => this.#moved(),
      },
    );
    this.#open.add(session);
    this.#reviews ??= setInterval(() => this.review(), reviewMs).unref();
    logger.info({ session: session.id, standby: request.standby }, 'session opened');
    return session;
  }

  /**
   * Shows a feed to every session on standby, and to those that come to be until it is released: its picture, and its
   * sound where asked. Nothing is negotiated; what is cached leaves within this call. Who has gone back to standby
   * meanwhile is left alone until the next.
   * @throws VedetteError `feed/unknown`
   */
  show(feed: string, { sound }: { readonly sound: boolean }): Release {
    if (!this.feeds.some(({ name }) => name === feed))
      throw new VedetteError('feed/unknown', { feed, known: this.feeds.map(({ name }) => name).join(', ') });
    const show: Show = { feed, sound };
    this.#shows.add(show);
    this.#follow();
    return () => {
      if (this.#shows.delete(show)) this.#follow();
    };
  }

  /**
   * Keeps the newest packets of a stream that runs anyway, for pre-roll: whoever is called begins with them at once,
   * also where a keyframe was given too lately for another.
   */
  keepReady(stream: EncodedStream): Release {
    return this.#broadcasts.of(stream).join(() => undefined);
  }

  /** Ends the sessions of whoever may no longer do what they could, or may do more: those come again. */
  review(): void {
    for (const session of [...this.#open]) session.review();
  }

  /** Ends all sessions with a goodbye. */
  async close(reason: string): Promise<void> {
    this.#ending = true;
    this.#endReviews();
    for (const release of this.#releases) release();
    await Promise.all([...this.#open].map((session) => session.close(reason)));
  }

  #endReviews(): void {
    clearInterval(this.#reviews);
    this.#reviews = undefined;
  }

  /** What was seen and heard before privacy began is not shown to who comes after. */
  #forgetIfPrivate(feed: SessionFeed): void {
    if (feed.camera.state !== 'private') return;
    for (const stream of [feed.video('H264'), feed.video('VP8'), feed.audio])
      if (stream) this.#broadcasts.forget(stream);
  }

  /** Somebody came, went, or watches now. */
  #moved(): void {
    this.#visits.look(this.#open, this.#options.clock.now());
    this.#tellWatching();
    // A place may have become free for somebody who is called in vain.
    if (this.#shows.size > 0) this.#follow();
  }

  #follow(): void {
    if (this.#ending) return;
    if (this.#following !== 'no') {
      this.#following = 'again';
      return;
    }
    do {
      this.#following = 'once';
      for (const session of this.#open) session.follow();
    } while (this.#again);
    this.#following = 'no';
  }

  // A getter, because it changes while sessions follow.
  get #again(): boolean {
    return this.#following === 'again';
  }

  #tellWatching(): void {
    const { watching, watchers } = this;
    const who = JSON.stringify(watchers);
    const isAnother = watching !== this.#told;
    const areOthers = who !== this.#toldWho;
    this.#told = watching;
    this.#toldWho = who;
    if (isAnother) this.#options.watched?.(watching);
    if (this.#ending) return;
    for (const session of this.#open)
      if (isAnother || (areOthers && session.mayKnowWho)) session.tellWatching();
  }
}
