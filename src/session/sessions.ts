import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { SessionEvents, SessionHandle, SessionHost, SessionRequest } from '../protocol/session.ts';
import type { FeedDescription } from '../protocol/signaling.ts';
import type { PeerParts } from '../transport/peer.ts';
import { Broadcasts } from './broadcast.ts';
import type { SessionFeed } from './feed.ts';
import { Session } from './session.ts';

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
  readonly logger: Logger;
}

/** All sessions of a device: opened here, counted here, ended here. */
export class Sessions implements SessionHost {
  readonly feeds: readonly FeedDescription[];
  readonly #options: SessionsOptions;
  readonly #broadcasts = new Broadcasts();
  readonly #open = new Set<Session>();
  #told = 0;
  /** The device ends: who is told goodbye needs not hear how the others dwindle. */
  #ending = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.feeds = options.feeds.map(({ name, title, audio, speaker }) => ({
      name,
      title,
      audio: audio !== undefined,
      talk: speaker !== undefined,
    }));
  }

  /** How many sessions media flows to, or would. */
  get watching(): number {
    return [...this.#open].filter(({ accepted }) => accepted).length;
  }

  /** How many sessions are connected and wait. */
  get standby(): number {
    return [...this.#open].filter(({ accepted, phase }) => !accepted && phase !== 'closed').length;
  }

  open(request: SessionRequest, events: SessionEvents): SessionHandle {
    const { limits, logger } = this.#options;
    const limit = request.standby ? limits.standby : limits.viewers;
    const taken = request.standby ? this.standby : this.watching;
    if (taken >= limit) throw new VedetteError('session/limit', { limit, retryAfterSeconds });
    const session = new Session(
      request,
      {
        candidate: (candidate) => events.candidate(candidate),
        ended: (reason) => {
          this.#open.delete(session);
          this.#tellWatching();
          events.ended(reason);
        },
      },
      {
        ...this.#options,
        broadcasts: this.#broadcasts,
        watching: () => this.watching,
        mayAccept: () => this.watching < limits.viewers,
        changed: () => this.#tellWatching(),
      },
    );
    this.#open.add(session);
    logger.info({ session: session.id, standby: request.standby }, 'session opened');
    return session;
  }

  /** Ends all sessions with a goodbye. */
  async close(reason: string): Promise<void> {
    this.#ending = true;
    await Promise.all([...this.#open].map((session) => session.close(reason)));
  }

  #tellWatching(): void {
    const { watching } = this;
    if (this.#ending || watching === this.#told) return;
    this.#told = watching;
    for (const session of this.#open) session.tellWatching(watching);
  }
}
