import { VedetteError } from '../errors.ts';
import type { IceCandidateInit } from '../protocol/session.ts';
import {
  type FeedDescription,
  type IceServer,
  type MediaAssignment,
  type SignalingAbout,
  type SignalingBody,
  SignalingMessage,
  signalingVersion,
} from '../protocol/signaling.ts';

/** Sessions one connection may carry: a wall of tiles, each its own peer connection, and some that have just ended. */
export const maxSessionsPerLink = 16;
/** Ended sessions remembered, so that what was on its way to them is dropped in silence. */
const maxEnded = 64;
/** Candidates kept for an offer that is still to come. */
const maxEarlyCandidates = 64;
/** As the envelope's schema has it. */
const maxIdLength = 64;

/** What the edge does for the link, in this order. */
export type LinkAction =
  | { readonly do: 'send'; readonly message: SignalingMessage }
  | { readonly do: 'open'; readonly session: string; readonly standby: boolean }
  | {
      readonly do: 'answer';
      readonly session: string;
      readonly offer: string;
      readonly media: readonly MediaAssignment[];
    }
  | { readonly do: 'candidate'; readonly session: string; readonly candidate: IceCandidateInit }
  | { readonly do: 'accept'; readonly session: string }
  | { readonly do: 'close'; readonly session: string; readonly reason: string };

export interface LinkOptions {
  readonly device: string;
  readonly feeds: readonly FeedDescription[];
  readonly iceServers: readonly IceServer[];
  /** For whom this line alone leads to the device. */
  readonly about?: SignalingAbout | undefined;
  /** Names what belongs to no session: `hello`, and errors of unreadable messages. Unlike any viewer's choice. */
  readonly linkId: string;
  /** Makes a message's unique id. */
  readonly newId: () => string;
}

interface LinkSession {
  /** The viewer's name for itself, which our answers go to. */
  viewer: string;
  received: number;
  sent: number;
  state: 'new' | 'open' | 'ended';
  readonly early: IceCandidateInit[];
}

/**
 * One viewer's end of the signaling protocol, whatever carries it: text in, actions out; no socket, clock or session
 * inside. A message that is refused gets an `error` and changes nothing else.
 */
export class SignalingLink {
  readonly #options: LinkOptions;
  readonly #sessions = new Map<string, LinkSession>();
  readonly #control: LinkSession = { viewer: '', received: 0, sent: 0, state: 'new', early: [] };

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The first message of the connection. */
  hello(): LinkAction {
    const { device, feeds, iceServers, about, linkId } = this.#options;
    return this.#send(linkId, this.#control, {
      type: 'hello',
      device,
      feeds: [...feeds],
      iceServers: [...iceServers],
      ...(about === undefined ? {} : { about }),
    });
  }

  /** Takes a message as it came. Never throws, whatever it is given. */
  receive(text: string): readonly LinkAction[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [this.#unreadable(new VedetteError('signaling/not-json'))];
    }
    const given = Reflect.get(Object(value), 'v') as unknown;
    if (typeof given === 'number' && given !== signalingVersion) {
      return [this.#unreadable(new VedetteError('signaling/version', { given, version: signalingVersion }))];
    }
    const parsed = SignalingMessage.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const detail =
        issue === undefined ? 'unknown' : `${issue.path.join('.') || 'message'}: ${issue.message}`;
      return [this.#refuseEnvelope(value, new VedetteError('signaling/invalid', { detail }))];
    }
    return this.#take(parsed.data);
  }

  /** A message that is not text; {@link receive} has the same answer for what is not JSON. */
  receiveBinary(): readonly LinkAction[] {
    return [this.#unreadable(new VedetteError('signaling/not-json'))];
  }

  /** The session host answered. */
  answered(session: string, sdp: string): readonly LinkAction[] {
    return this.#tell(session, { type: 'answer', sdp });
  }

  /** The session host refused the session's offer; where it was the first, the session is over. */
  refused(session: string, error: VedetteError, over: boolean): readonly LinkAction[] {
    const told = this.#tell(session, errorBody(error));
    if (over) this.#end(session);
    return told;
  }

  /** The device has a candidate of its own. */
  gathered(session: string, { candidate, sdpMid, sdpMLineIndex }: IceCandidateInit): readonly LinkAction[] {
    return this.#tell(session, { type: 'candidate', candidate, sdpMid, sdpMLineIndex });
  }

  /** The session is over, by the device's side or the transport's. */
  ended(session: string, reason: string): readonly LinkAction[] {
    const told = this.#tell(session, { type: 'bye', reason: reason.slice(0, 200) });
    this.#end(session);
    return told;
  }

  #take({ session: id, from, seq, body }: SignalingMessage): readonly LinkAction[] {
    const session = this.#sessions.get(id) ?? this.#begin(id);
    if (session instanceof VedetteError) return [this.#unreadable(session, from)];
    session.viewer = from;
    if (seq !== session.received + 1) {
      const expected = session.received + 1;
      return [
        this.#send(id, session, errorBody(new VedetteError('signaling/sequence', { given: seq, expected }))),
      ];
    }
    session.received = seq;
    if (session.state === 'ended') {
      if (body.type === 'offer')
        return [this.#send(id, session, errorBody(new VedetteError('session/unknown')))];
      return []; // sent before the viewer heard of the end
    }
    return this.#obey(id, session, body);
  }

  #obey(id: string, session: LinkSession, body: SignalingBody): readonly LinkAction[] {
    switch (body.type) {
      case 'offer': {
        const answer: LinkAction = { do: 'answer', session: id, offer: body.sdp, media: body.media };
        if (session.state === 'open') return [answer];
        session.state = 'open';
        const early = session.early
          .splice(0)
          .map((candidate): LinkAction => ({ do: 'candidate', session: id, candidate }));
        return [{ do: 'open', session: id, standby: body.standby }, ...early, answer];
      }
      case 'candidate': {
        const { candidate, sdpMid, sdpMLineIndex } = body;
        const init = { candidate, sdpMid, sdpMLineIndex };
        if (session.state === 'open') return [{ do: 'candidate', session: id, candidate: init }];
        if (session.early.length < maxEarlyCandidates) session.early.push(init);
        return [];
      }
      case 'accept':
        if (session.state === 'open') return [{ do: 'accept', session: id }];
        return [this.#send(id, session, errorBody(new VedetteError('session/unknown')))];
      case 'bye': {
        const open = session.state === 'open';
        this.#end(id);
        return open ? [{ do: 'close', session: id, reason: 'the viewer left' }] : [];
      }
      case 'hello':
      case 'answer':
      case 'error': {
        const error = new VedetteError('signaling/invalid', {
          detail: `"${body.type}" goes from device to viewer`,
        });
        return [this.#send(id, session, errorBody(error))];
      }
    }
  }

  #begin(id: string): LinkSession | VedetteError {
    if (id === this.#options.linkId) return new VedetteError('signaling/session-taken');
    let live = 0;
    for (const { state } of this.#sessions.values()) if (state !== 'ended') live += 1;
    if (live >= maxSessionsPerLink)
      return new VedetteError('signaling/sessions', { limit: maxSessionsPerLink });
    const session: LinkSession = { viewer: '', received: 0, sent: 0, state: 'new', early: [] };
    this.#sessions.set(id, session);
    return session;
  }

  #end(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.state = 'ended';
    session.early.length = 0;
    this.#sessions.delete(id); // so that the map's order is the order of ends
    this.#sessions.set(id, session);
    let ended = 0;
    for (const { state } of this.#sessions.values()) if (state === 'ended') ended += 1;
    for (const [oldest, { state }] of this.#sessions) {
      if (ended <= maxEnded) return;
      if (state !== 'ended') continue;
      this.#sessions.delete(oldest);
      ended -= 1;
    }
  }

  /** Refuses a message whose body is bad; where its envelope can be read, it still counts in its session. */
  #refuseEnvelope(value: unknown, error: VedetteError): LinkAction {
    const { session: id, seq, from } = Object(value) as { session?: unknown; seq?: unknown; from?: unknown };
    const viewer = typeof from === 'string' ? from : '';
    if (typeof id !== 'string' || id === '' || id.length > maxIdLength)
      return this.#unreadable(error, viewer);
    const session = this.#sessions.get(id) ?? (seq === 1 ? this.#begin(id) : undefined);
    if (session === undefined || session instanceof VedetteError) return this.#unreadable(error, viewer);
    session.viewer ||= viewer.slice(0, 128);
    if (seq === session.received + 1) session.received += 1;
    return this.#send(id, session, errorBody(error));
  }

  #unreadable(error: VedetteError, viewer = ''): LinkAction {
    this.#control.viewer = viewer.slice(0, 128);
    return this.#send(this.#options.linkId, this.#control, errorBody(error));
  }

  #tell(id: string, body: SignalingBody): readonly LinkAction[] {
    const session = this.#sessions.get(id);
    if (session === undefined || session.state === 'ended') return [];
    return [this.#send(id, session, body)];
  }

  #send(id: string, session: LinkSession, body: SignalingBody): LinkAction {
    session.sent += 1;
    return {
      do: 'send',
      message: {
        v: signalingVersion,
        id: this.#options.newId(),
        from: this.#options.device,
        to: session.viewer,
        session: id,
        seq: session.sent,
        body,
      },
    };
  }
}

const errorBody = (error: VedetteError): SignalingBody => ({
  type: 'error',
  code: error.code,
  message: `${error.message}; ${error.cure}`,
});
