import type { TakeRequest } from './request-host.ts';
import type { Scope } from './scope.ts';
import type { FeedDescription, MediaAssignment } from './signaling.ts';

/** `RTCIceCandidateInit` of W3C WebRTC 1.0, 4.8.1.1. An empty `candidate` ends the candidates. */
export interface IceCandidateInit {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
}

/** Whose session it is, as people and the trail know them. */
export interface Visitor {
  readonly name: string;
  readonly person?: string;
  readonly key?: string;
}

/** Somebody began to watch, or has ended. */
export interface Visit {
  readonly session: string;
  readonly who: Visitor;
  readonly feeds: readonly string[];
  /** In all; absent while it goes on. */
  readonly watchedMs?: number;
}

/** Who a session is for, as the edge that let them in knows. */
export interface Admission {
  /** What they may do just now. A session whose scopes are others than they were ends. Absent: they stay. */
  readonly review?: () => readonly Scope[];
  /** Takes what they ask on their `control` channel; they may ask nothing there where this is absent. */
  readonly take?: TakeRequest;
  /** Whose it is; nothing of the session gets into the trail where this is absent. */
  readonly who?: Visitor;
}

/** How a session came in; WHEP players send no `accept`, so theirs are accepted from the start. */
export interface SessionRequest extends Admission {
  /** Unique; the viewer's choice for `/signal`, the device's for WHEP. */
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** Connect fully, but let no media flow until `accept`. */
  readonly standby: boolean;
}

export interface SessionEvents {
  /** A local candidate to trickle; an empty one ends them. */
  candidate(candidate: IceCandidateInit): void;
  /** The session is over, for this reason; said exactly once. */
  ended(reason: string): void;
}

/** One peer connection, as signaling and HTTP see it. */
export interface SessionHandle {
  readonly id: string;
  /**
   * Applies the viewer's offer and gives the answer; again for a later offer (renegotiation, or ICE restart when
   * its ufrag changed).
   * @param media what each media section is for; the row with mid `*` ({@link anyMid}) is for all others, and without
   *   one they get the device's first feed.
   * @throws VedetteError `session/bad-offer`, `session/no-common-codec`, `feed/unknown`
   */
  answer(offer: string, media: readonly MediaAssignment[]): Promise<string>;
  /** Candidates may come before the offer; malformed ones and those after the end are dropped and counted. */
  addIceCandidate(candidate: IceCandidateInit): Promise<void>;
  /**
   * Media may flow from now on.
   * @throws VedetteError `session/limit`: it goes on waiting
   */
  accept(): void;
  /** Ends it: says goodbye on the `events` channel, closes the transport, frees everything. Idempotent. */
  close(reason: string): Promise<void>;
}

/** Where sessions are opened: handed to `http` and `signaling` by the agent. */
export interface SessionHost {
  readonly feeds: readonly FeedDescription[];
  /** @throws VedetteError `session/limit` */
  open(request: SessionRequest, events: SessionEvents): SessionHandle;
}
