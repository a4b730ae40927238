import { randomUUID } from 'node:crypto';
import type { Clock, MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { denials } from '../protocol/denial.ts';
import type { Receipt } from '../protocol/request.ts';
import { covers, mayVisit } from '../protocol/scope.ts';
import type { Admission, SessionHandle, SessionHost } from '../protocol/session.ts';
import type { IceServer, SignalingAbout, SignalingMessage } from '../protocol/signaling.ts';
import { TokenBucket } from '../token-bucket.ts';
import { type LinkAction, SignalingLink } from './link.ts';

/** Messages at once: the offers and candidates of a wall of tiles. */
const burst = 400;
/** Messages a second from then on; a viewer at rest sends none. */
const perSecond = 20;

/** How much one connection may say. */
export const messageBudget = (now: MonotonicMs): TokenBucket => new TokenBucket(burst, perSecond, now);

/** Whoever comes by a link is asked about again. */
export type LinkAdmission = Admission &
  Required<Pick<Admission, 'review'>> & {
    /** For whom this line alone leads to the device. */
    readonly about?: SignalingAbout;
  };

/** What all links of a device share, whatever carries them. */
export interface LinkServerOptions {
  readonly device: string;
  readonly sessions: SessionHost;
  /** With credentials that hold now. */
  readonly iceServers: () => readonly IceServer[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** The device's end of one viewer's link. */
export interface ServedLink {
  /** Takes a message as it came. Never throws. */
  receive(text: string): void;
  /** A message that is not text. */
  receiveBinary(): void;
  /** Takes what this viewer asks, as their session's `control` channel would. */
  ask(request: string, tell: (receipt: Receipt) => void): void;
}

interface OpenSession {
  readonly handle: SessionHandle;
  /** Offers of one session are answered in their order. */
  turn: Promise<void>;
  answered: boolean;
}

/** Opens and ends sessions as viewers ask for it over their links. */
export class LinkServer {
  readonly #options: LinkServerOptions;
  /** Ids of all sessions that live, of every link. */
  readonly #taken = new Set<string>();

  constructor(options: LinkServerOptions) {
    this.#options = options;
  }

  /**
   * Greets a viewer who was let in, and serves what it says. Sessions outlive their link: what is connected
   * stays so until the transport's own consent ends (RFC 7675).
   */
  serve(send: (message: SignalingMessage) => void, admission: LinkAdmission): ServedLink {
    const { device, sessions, iceServers, log } = this.#options;
    const link = new SignalingLink({
      device,
      feeds: covers(admission.review(), 'view') ? sessions.feeds : [],
      iceServers: iceServers(),
      about: admission.about,
      linkId: randomUUID(),
      newId: randomUUID,
    });
    const open = new Map<string, OpenSession>();

    const perform = (actions: readonly LinkAction[]): void => {
      for (const action of actions) {
        if (action.do === 'send') send(action.message);
        else if (action.do === 'open') begin(action.session, action.standby);
        else obey(open.get(action.session), action);
      }
    };

    const begin = (id: string, standby: boolean): void => {
      if (this.#taken.has(id)) {
        perform(link.refused(id, new VedetteError('signaling/session-taken'), true));
        return;
      }
      try {
        // They may have been let in long ago.
        const scopes = admission.review();
        if (!mayVisit(scopes))
          throw new VedetteError('access/denied', { why: 'no-session', reason: denials['no-session'] });
        const handle = sessions.open(
          { ...admission, id, scopes, standby },
          {
            candidate: (candidate) => perform(link.gathered(id, candidate)),
            ended: (reason) => {
              open.delete(id);
              this.#taken.delete(id);
              perform(link.ended(id, reason));
            },
          },
        );
        this.#taken.add(id);
        open.set(id, { handle, turn: Promise.resolve(), answered: false });
      } catch (error) {
        perform(link.refused(id, known(error, log), true));
      }
    };

    /** Without a session (it was refused, or has just ended) there is nothing to do: the viewer was told. */
    const obey = (
      session: OpenSession | undefined,
      action: Exclude<LinkAction, { do: 'send' | 'open' }>,
    ): void => {
      if (session === undefined) return;
      // biome-ignore lint/nursery/useExhaustiveSwitchCases: the type leaves out "send" and "open".
      switch (action.do) {
        case 'answer':
          session.turn = session.turn.then(() => answer(session, action));
          return;
        case 'candidate':
          session.handle.addIceCandidate(action.candidate).catch((error: unknown) => {
            perform(link.refused(action.session, known(error, log), false));
          });
          return;
        case 'accept':
          try {
            session.handle.accept();
          } catch (error) {
            perform(link.refused(action.session, known(error, log), false));
          }
          return;
        case 'close':
          close(session, action.session, action.reason);
          return;
      }
    };

    const answer = async (
      session: OpenSession,
      { session: id, offer, media }: Extract<LinkAction, { do: 'answer' }>,
    ): Promise<void> => {
      if (open.get(id) !== session) return;
      try {
        const sdp = await session.handle.answer(offer, media);
        session.answered = true;
        perform(link.answered(id, sdp));
      } catch (error) {
        // A refused first offer leaves nothing to keep; a refused later one leaves the session as it was.
        const over = !session.answered;
        perform(link.refused(id, known(error, log), over));
        if (over) close(session, id, 'the offer was refused');
      }
    };

    const close = (session: OpenSession, id: string, reason: string): void => {
      open.delete(id);
      session.handle
        .close(reason)
        .catch((error: unknown) => log.error({ err: error }, 'a session did not close'))
        .finally(() => this.#taken.delete(id));
    };
    perform([link.hello()]);
    return {
      receive: (text) => perform(link.receive(text)),
      receiveBinary: () => perform(link.receiveBinary()),
      ask(request, tell) {
        const session = [...open.keys()].at(-1);
        admission.take?.(request, session === undefined ? {} : { session }, tell);
      },
    };
  }
}

/** What a viewer is told about `error`; anything without a code is our own failure, and logged. */
function known(error: unknown, log: Logger): VedetteError {
  if (error instanceof VedetteError) return error;
  log.error({ err: error }, 'a session failed');
  return new VedetteError('http/internal');
}
