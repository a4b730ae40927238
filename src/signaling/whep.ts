import { randomBytes } from 'node:crypto';
import { VedetteError } from '../errors.ts';
import type { SessionHandle, SessionHost } from '../protocol/session.ts';
import type { MediaAssignment } from '../protocol/signaling.ts';
import type { LinkAdmission } from './link-server.ts';
import { assignAll, fragmentOf, parseFragment, restartedOffer, ufragOf } from './sdp-fragment.ts';

/** Unguessable: whoever knows a session's URL and may view can end it. */
const idBytes = 16;

interface WhepSession {
  readonly handle: SessionHandle;
  readonly feed: string;
  readonly media: readonly MediaAssignment[];
  offer: string;
  /** Counts ICE sessions; its entity tag names the current one (RFC 9725, 4.3.1). */
  iceGeneration: number;
  /** PATCHes of one session are done in order of arrival. */
  turn: Promise<unknown>;
}

/** What a PATCH came to. */
export type WhepPatch =
  | { readonly result: 'trickled' }
  | { readonly result: 'restarted'; readonly etag: string; readonly fragment: string };

/** The sessions that came by WHEP (draft-ietf-wish-whep) or another exchange of one offer for one answer. */
export class WhepSessions {
  readonly #host: SessionHost;
  readonly #sessions = new Map<string, WhepSession>();

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /**
   * Opens a session that watches `feed`.
   * @throws VedetteError `feed/unknown`, `session/limit`, `session/bad-offer`, `session/no-common-codec`
   */
  async open(
    feed: string,
    offer: string,
    admission: LinkAdmission,
  ): Promise<{ readonly id: string; readonly answer: string; readonly etag: string }> {
    requireFeed(this.#host, feed);
    // Before a place is taken: what begins otherwise is no description (RFC 8866, 5.1).
    if (!/^v=0\r?\n/.test(offer)) throw new VedetteError('session/bad-offer', { detail: 'no v=0 line' });
    const id = randomBytes(idBytes).toString('base64url');
    let over = false;
    const handle = this.#host.open(
      { ...admission, id, scopes: admission.review(), standby: false },
      {
        // WHEP has no way back for candidates: the answer carries those that are known.
        candidate: () => {},
        ended: () => {
          over = true;
          this.#sessions.delete(id);
        },
      },
    );
    const media = assignAll(offer, feed);
    let answer: string;
    try {
      answer = await handle.answer(offer, media);
    } catch (error) {
      await handle.close('the offer was refused');
      throw error;
    }
    const session: WhepSession = { handle, feed, media, offer, iceGeneration: 1, turn: Promise.resolve() };
    if (!over) this.#sessions.set(id, session);
    return { id, answer, etag: etagOf(session) };
  }

  /**
   * Takes candidates, or restarts ICE.
   * @param ifMatch the request's `If-Match`; `*` restarts (RFC 9725, 4.3.3).
   * @throws VedetteError `session/unknown`, `whep/condition-missing`, `whep/condition-failed`, `whep/bad-fragment`,
   * `session/bad-offer`
   */
  patch(feed: string, id: string, ifMatch: string | undefined, body: string): Promise<WhepPatch> {
    const session = this.#sessions.get(id);
    if (session === undefined || session.feed !== feed) throw new VedetteError('session/unknown');
    const patched = session.turn.then(() => this.#patch(session, ifMatch, body));
    session.turn = patched.catch(() => undefined);
    return patched;
  }

  async #patch(session: WhepSession, ifMatch: string | undefined, body: string): Promise<WhepPatch> {
    if (ifMatch === undefined) throw new VedetteError('whep/condition-missing');
    if (ifMatch !== '*' && ifMatch !== etagOf(session)) throw new VedetteError('whep/condition-failed');
    const fragment = parseFragment(body);
    if (typeof fragment === 'string') throw new VedetteError('whep/bad-fragment', { detail: fragment });
    const { ufrag, pwd, candidates } = fragment;
    if (ufrag === undefined || ufrag === ufragOf(session.offer)) {
      for (const candidate of candidates) await session.handle.addIceCandidate(candidate);
      return { result: 'trickled' };
    }
    if (ifMatch !== '*') {
      throw new VedetteError('whep/bad-fragment', {
        detail: 'new credentials restart ICE, with If-Match: *',
      });
    }
    if (pwd === undefined) throw new VedetteError('whep/bad-fragment', { detail: 'a=ice-pwd is missing' });
    const offer = restartedOffer(session.offer, ufrag, pwd);
    const answer = await session.handle.answer(offer, session.media);
    session.offer = offer;
    session.iceGeneration += 1;
    for (const candidate of candidates) await session.handle.addIceCandidate(candidate);
    return { result: 'restarted', etag: etagOf(session), fragment: fragmentOf(answer) };
  }

  /** Ends a session, for its viewer. @throws VedetteError `session/unknown` */
  async end(feed: string, id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined || session.feed !== feed) throw new VedetteError('session/unknown');
    this.#sessions.delete(id);
    await session.handle.close('the viewer left');
  }
}

/** @throws VedetteError `feed/unknown` */
export function requireFeed(host: SessionHost, feed: string): void {
  if (host.feeds.some(({ name }) => name === feed)) return;
  throw new VedetteError('feed/unknown', { feed, known: host.feeds.map(({ name }) => name).join(', ') });
}

const etagOf = ({ iceGeneration }: WhepSession): string => `"ice-${iceGeneration}"`;
