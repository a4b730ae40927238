import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ViewerMessage } from '../protocol/events.ts';
import type { IceCandidateInit, SessionEvents, SessionHandle, SessionRequest } from '../protocol/session.ts';
import type { MediaAssignment } from '../protocol/signaling.ts';
import type { IncomingRtp } from '../rtp/incoming.ts';
import { goodbyeCompound, reportCompounds, type Speaker } from '../rtp/rtcp/compound.ts';
import type { IncomingRtcp } from '../rtp/rtcp/read.ts';
import type { SectionDirection } from '../transport/description.ts';
import { Peer, type PeerParts, type TransportState } from '../transport/peer.ts';
import type { Broadcasts } from './broadcast.ts';
import { Conversation } from './conversation.ts';
import type { SessionFeed } from './feed.ts';
import { Hearing, heardSections } from './hearing.ts';
import { planOffer, type SectionPlan } from './offer.ts';
import { Outlets } from './outlets.ts';
import { Presence } from './presence.ts';
import { initialState, mediaMayFlow, type SessionEvent, type SessionState, step } from './states.ts';
import { Talkback } from './talkback.ts';

/** From the first offer to ICE and DTLS connected; a viewer that has not come by then is gone. */
const connectDeadlineMs = 30_000;
/** Sender reports, and a look whether the viewer is still there: sound and picture are in step within a second. */
const tickMs = 1_000;
/** Candidates kept from before the offer; more are dropped. */
const maxEarlyCandidates = 32;
/** Candidates taken after each offer; each costs a check on every local address, and a machine has few addresses. */
const maxCandidatesPerOffer = 128;

/** What a session is made of, handed in by its host. */
export interface SessionParts extends PeerParts {
  readonly feeds: readonly SessionFeed[];
  readonly broadcasts: Broadcasts;
  readonly logger: Logger;
  /** How many viewers watch now. */
  watching(): number;
  /** Whether one more may be accepted. */
  mayAccept(): boolean;
  /** The session's phase changed. */
  changed(session: Session): void;
}

/** One peer connection and its negotiation: what it sends, what it hears, and when it ends. */
export class Session implements SessionHandle {
  readonly id: string;
  readonly #request: SessionRequest;
  readonly #events: SessionEvents;
  readonly #parts: SessionParts;
  readonly #peer: Peer;
  readonly #outlets: Outlets;
  readonly #presence = new Presence();
  readonly #conversation: Conversation;
  readonly #talkback: Talkback;
  readonly #hearing: Hearing;
  /** Who we are in RTCP; undefined before the first answer with media. */
  #speaker: Speaker | undefined;
  #state: SessionState;
  #sections: readonly SectionPlan[] = [];
  #earlyCandidates: IceCandidateInit[] | undefined = [];
  #candidates = 0;
  /** False while the viewer has fallen silent. */
  #present = true;
  #connectDeadline: NodeJS.Timeout | undefined;
  #tick: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  /** Offers are answered one after the other. */
  #negotiation: Promise<unknown> = Promise.resolve();

  constructor(request: SessionRequest, events: SessionEvents, parts: SessionParts) {
    this.id = request.id;
    this.#request = request;
    this.#events = events;
    this.#parts = parts;
    this.#state = initialState(request.standby);
    this.#talkback = new Talkback(request.id, parts.clock);
    this.#hearing = new Hearing(parts.clock, (compound) => this.#peer.sendRtcp(compound));
    this.#peer = new Peer(parts, {
      state: (state) => this.#transportState(state),
      candidate: (candidate) => events.candidate(candidate),
      rtp: (packet) => this.#rtp(packet),
      rtcp: (packet) => this.#rtcp(packet),
      channel: (channel) => this.#conversation.adopt(channel),
      message: (channel, text) => this.#conversation.hear(channel, text),
    });
    this.#outlets = new Outlets({
      broadcasts: parts.broadcasts,
      clock: parts.clock,
      media: () => this.#peer.media,
      feed: (name) => this.#feed(name),
      onKeyframe: (plan) => this.#keyframeFound(plan),
    });
    this.#conversation = new Conversation({
      session: request.id,
      feeds: parts.feeds,
      clock: parts.clock,
      watching: parts.watching,
      waits: (feed) => this.#outlets.waits(feed),
      obey: (message) => this.#obey(message),
    });
  }

  /** Media flows, or would, were the connection up; not while the viewer has fallen silent. */
  get accepted(): boolean {
    return this.#state.wanted && this.#present && this.#state.phase !== 'closed';
  }

  get phase(): SessionState['phase'] {
    return this.#state.phase;
  }

  answer(offer: string, media: readonly MediaAssignment[]): Promise<string> {
    const answered = this.#negotiation.then(() => this.#answer(offer, media));
    this.#negotiation = answered.catch(() => undefined); // the caller is told; the next offer is not held up
    return answered;
  }

  async addIceCandidate(candidate: IceCandidateInit): Promise<void> {
    if (this.#earlyCandidates) {
      if (this.#earlyCandidates.length < maxEarlyCandidates) this.#earlyCandidates.push(candidate);
      return;
    }
    this.#candidates += 1;
    if (this.#state.phase === 'closed' || this.#candidates > maxCandidatesPerOffer) return;
    if (!this.#peer.addIceCandidate(candidate))
      this.#parts.logger.debug({ session: this.id }, 'dropped a candidate that is malformed or of no use');
  }

  accept(): void {
    if (this.#state.wanted) return;
    if (!this.#parts.mayAccept())
      throw new VedetteError('session/limit', { limit: this.#parts.watching(), retryAfterSeconds: 10 });
    this.#step('accept');
  }

  close(reason: string): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  /** Tells the viewer how many watch. */
  tellWatching(watching: number): void {
    this.#conversation.tellWatching(watching);
  }

  async #close(reason: string): Promise<void> {
    this.#step('close');
    clearTimeout(this.#connectDeadline);
    clearInterval(this.#tick);
    this.#talkback.stop();
    this.#sayGoodbye();
    this.#outlets.stop();
    this.#hearing.stop();
    try {
      await this.#conversation.end(reason);
      await this.#peer.close();
    } catch (error) {
      this.#parts.logger.warn({ session: this.id, err: error }, 'the transport did not close cleanly');
    }
    this.#parts.logger.info({ session: this.id, reason }, 'session ended');
    this.#events.ended(reason);
  }

  async #answer(offer: string, media: readonly MediaAssignment[]): Promise<string> {
    if (this.#isClosed()) throw new VedetteError('session/unknown');
    this.#connectDeadline ??= setTimeout(
      () => void this.close('the viewer did not connect in time'),
      connectDeadlineMs,
    );
    const plan = planOffer(
      offer,
      media,
      this.#parts.feeds.map((feed) => ({
        name: feed.name,
        audio: feed.audio !== undefined && this.#request.scopes.includes('listen'),
        talk: feed.speaker !== undefined && this.#request.scopes.includes('talk'),
      })),
    );
    this.#step('offer');
    try {
      const answer = this.#peer.answer({
        sdp: plan.sdp,
        transport: plan.transport,
        sections: plan.sections.map(directionOf),
      });
      this.#sections = plan.sections;
      this.#outlets.build(plan.sections, answer.sections);
      this.#speaker = answer.sections[0] && {
        ssrc: answer.sections[0].ssrc,
        cname: this.#peer.cname,
        reducedSize: plan.reducedSize,
      };
      this.#hearing.negotiate(heardSections(plan.sections), this.#speaker);
      this.#endTalkWithoutSection();
      if (mediaMayFlow(this.#state)) this.#startMedia();
      this.#step('answered');
      this.#takeEarlyCandidates();
      return answer.sdp;
    } catch (error) {
      if (this.#isClosed()) throw new VedetteError('session/unknown', {}, { cause: error });
      this.#step('refused');
      this.#parts.logger.debug({ session: this.id, err: error }, 'offer refused');
      throw new VedetteError(
        'session/bad-offer',
        { detail: error instanceof Error ? error.message : String(error) },
        { cause: error },
      );
    }
  }

  // A method, because the phase changes while an answer is awaited.
  #isClosed(): boolean {
    return this.#state.phase === 'closed';
  }

  #takeEarlyCandidates(): void {
    const early = this.#earlyCandidates ?? [];
    this.#earlyCandidates = undefined;
    this.#candidates = 0;
    // The answer does not wait for them: a .local name can take seconds to resolve, and none is ever rejected.
    for (const candidate of early) void this.addIceCandidate(candidate);
  }

  #step(event: SessionEvent): void {
    const before = this.#state;
    this.#state = step(before, event);
    if (!mediaMayFlow(before) && mediaMayFlow(this.#state)) this.#startMedia();
    if (before.phase !== this.#state.phase || before.wanted !== this.#state.wanted) this.#parts.changed(this);
  }

  #startMedia(): void {
    // One that fell silent and renegotiates waits to be heard, and for a place.
    if (this.#present) this.#outlets.start();
    this.#tick ??= setInterval(() => this.#everySecond(), tickMs);
  }

  #everySecond(): void {
    if (this.#present && this.#presence.silent(this.#parts.clock.now())) this.#fallSilent();
    this.#report();
  }

  /** One report a second on each stream: ours, so that sound and picture are in step, and the viewer's. */
  #report(): void {
    const sent = this.#outlets.reports();
    const heard = this.#hearing.reports();
    if (!this.#speaker || sent.length + heard.length === 0) return;
    for (const compound of reportCompounds(this.#speaker, sent, heard)) this.#peer.sendRtcp(compound);
  }

  /** Says that our streams end, if any had begun. */
  #sayGoodbye(): void {
    const ended = this.#outlets.reports().map(({ ssrc }) => ssrc);
    if (this.#speaker && ended.length > 0) this.#peer.sendRtcp(goodbyeCompound(this.#speaker, ended));
  }

  /** The viewer says nothing any more: what it needed is free for others until it is heard again, or ICE gives up. */
  #fallSilent(): void {
    this.#present = false;
    this.#outlets.stop();
    this.#talkback.stop();
    this.#parts.logger.info({ session: this.id }, 'session silent');
    this.#parts.changed(this);
  }

  #heard(): void {
    this.#presence.heard(this.#parts.clock.now());
    if (this.#present || !mediaMayFlow(this.#state) || !this.#parts.mayAccept()) return;
    this.#present = true;
    this.#outlets.start();
    this.#parts.changed(this);
  }

  #transportState(state: TransportState): void {
    switch (state) {
      case 'new':
      case 'connecting':
        return;
      case 'connected':
        clearTimeout(this.#connectDeadline);
        this.#parts.logger.info({ session: this.id }, 'session connected');
        this.#step('connected');
        return;
      case 'failed':
        void this.close('the connection was lost');
        return;
      case 'closed':
        void this.close('the viewer left');
        return;
    }
  }

  #rtcp(packet: IncomingRtcp): void {
    this.#heard();
    this.#outlets.receive(packet);
    this.#hearing.rtcp(packet);
    const { roundTripMs } = this.#outlets;
    if (roundTripMs !== undefined) this.#hearing.measured(roundTripMs);
  }

  #rtp(packet: IncomingRtp): void {
    if (!mediaMayFlow(this.#state)) return;
    const received = this.#hearing.receive(packet);
    if (received) this.#talkback.receive(received);
  }

  /** Does what the viewer asks on the events channel; gives the reason where it may not talk. */
  #obey(message: ViewerMessage): string | undefined {
    switch (message.type) {
      case 'accept':
        try {
          this.accept();
        } catch (error) {
          this.#parts.logger.info(
            { session: this.id, err: error },
            'a viewer on standby could not be accepted',
          );
        }
        return undefined;
      case 'talk':
        return message.on ? this.#beginTalk(message.feed) : this.#talkback.stop();
      default:
        return undefined;
    }
  }

  /** Gives the reason where talking is not possible. */
  #beginTalk(name: string): string | undefined {
    const section = this.#sections.find((plan) => plan.kind === 'audio' && plan.feed === name && plan.talks);
    const speaker = this.#feed(name)?.speaker;
    if (!section || !speaker || !mediaMayFlow(this.#state)) return 'this feed cannot be talked to';
    return this.#talkback.start(section.mid, speaker) ? undefined : 'somebody else is talking';
  }

  #endTalkWithoutSection(): void {
    const { mid } = this.#talkback;
    if (!this.#sections.some((plan) => plan.kind === 'audio' && plan.talks && plan.mid === mid))
      this.#talkback.stop();
  }

  #keyframeFound({ kind, feed: name }: SectionPlan): void {
    const feed = this.#feed(name);
    if (kind === 'video' && feed) this.#conversation.tellFeed(feed);
  }

  #feed(name: string): SessionFeed | undefined {
    return this.#parts.feeds.find((feed) => feed.name === name);
  }
}

function directionOf(plan: SectionPlan): SectionDirection {
  const direction =
    plan.kind === 'video' || !plan.talks ? 'sendonly' : plan.listens ? 'sendrecv' : 'recvonly';
  return { mid: plan.mid, direction, stream: plan.feed };
}
