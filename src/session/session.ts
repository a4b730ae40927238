import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Release } from '../media/stream.ts';
import type { ViewerMessage, Watcher } from '../protocol/events.ts';
import type {
  IceCandidateInit,
  SessionEvents,
  SessionHandle,
  SessionRequest,
  Visitor,
} from '../protocol/session.ts';
import type { MediaAssignment } from '../protocol/signaling.ts';
import type { SituationHost, SituationRequest } from '../protocol/situation.ts';
import type { IncomingRtp } from '../rtp/incoming.ts';
import { goodbyeCompound, reportCompounds, type Speaker } from '../rtp/rtcp/compound.ts';
import type { IncomingRtcp } from '../rtp/rtcp/read.ts';
import type { DataChannel } from '../transport/channel.ts';
import type { SectionDirection } from '../transport/description.ts';
import type { Peer, PeerEvents, TransportState } from '../transport/peer.ts';
import type { Broadcasts } from './broadcast.ts';
import { ControlChannel } from './control-channel.ts';
import { Conversation } from './conversation.ts';
import type { SessionFeed } from './feed.ts';
import { crowdedBy, Flow } from './flow.ts';
import { Hearing, heardSections } from './hearing.ts';
import { planOffer, type SectionPlan } from './offer.ts';
import { Outlets } from './outlets.ts';
import { RemoteCandidates } from './remote-candidates.ts';
import type { Show } from './shows.ts';
import type { SessionPhase } from './states.ts';
import { Talkback } from './talkback.ts';
import type { Telemetry } from './telemetry.ts';

/** From the first offer to ICE and DTLS connected; a viewer that has not come by then is gone. */
const connectDeadlineMs = 30_000;

/** What a session needs of a {@link Peer}. */
export type SessionPeer = Pick<Peer, 'answer' | 'addIceCandidate' | 'sendRtcp' | 'close' | 'media' | 'cname'>;

/** What a session is made of, handed in by its host. */
export interface SessionParts {
  readonly clock: Clock;
  /** Makes what carries it. */
  peer(events: PeerEvents): SessionPeer;
  readonly feeds: readonly SessionFeed[];
  readonly broadcasts: Broadcasts;
  readonly situation: SituationHost;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** What the device shows just now. */
  readonly shows: Iterable<Show>;
  /** How many viewers watch now. */
  watching(): number;
  /** Who they are. */
  watchers(): readonly Watcher[];
  /** Whether one more may be accepted. */
  mayAccept(): boolean;
  /** The session's phase changed, or whether it takes a place. */
  moved(session: Session): void;
}

/** One peer connection and its negotiation: what it sends, what it hears, and when it ends. */
export class Session implements SessionHandle {
  readonly id: string;
  readonly #request: SessionRequest;
  readonly #events: SessionEvents;
  readonly #parts: SessionParts;
  /** What it may see; none for who may not look: they hear of locks and sensors, and no more. */
  readonly #feeds: readonly SessionFeed[];
  readonly #peer: SessionPeer;
  readonly #outlets: Outlets;
  readonly #flow: Flow;
  readonly #conversation: Conversation;
  readonly #control: ControlChannel;
  readonly #talkback: Talkback;
  readonly #hearing: Hearing;
  readonly #candidates: RemoteCandidates;
  /** Who we are in RTCP; undefined before the first answer with media. */
  #speaker: Speaker | undefined;
  /** As the viewer calls itself. */
  #name: string | undefined;
  #sections: readonly SectionPlan[] = [];
  #leaveTelemetry: Release | undefined;
  #connectDeadline: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  /** Offers are answered one after the other. */
  #negotiation: Promise<unknown> = Promise.resolve();

  constructor(request: SessionRequest, events: SessionEvents, parts: SessionParts) {
    this.id = request.id;
    this.#request = request;
    this.#events = events;
    this.#parts = parts;
    this.#feeds = this.#looks ? parts.feeds : [];
    this.#talkback = new Talkback(request.id, parts.clock);
    this.#hearing = new Hearing(parts.clock, (compound) => this.#peer.sendRtcp(compound));
    this.#control = new ControlChannel({ session: request.id, take: request.take });
    this.#candidates = new RemoteCandidates((candidate) => this.#addCandidate(candidate));
    this.#peer = parts.peer({
      state: (state) => this.#transportState(state),
      candidate: (candidate) => events.candidate(candidate),
      rtp: (packet) => this.#rtp(packet),
      rtcp: (packet) => this.#rtcp(packet),
      channel: (channel) => this.#adopt(channel),
      message: (channel, text) => {
        this.#conversation.hear(channel, text);
        this.#control.hear(channel, text);
      },
    });
    this.#outlets = new Outlets({
      broadcasts: parts.broadcasts,
      clock: parts.clock,
      media: () => this.#peer.media,
      feed: (name) => this.#feed(name),
      onKeyframe: ({ kind, feed }) => kind === 'video' && this.#conversation.tellFeed(feed),
    });
    this.#flow = new Flow(request.standby, {
      clock: parts.clock,
      feeds: this.#feeds.map(({ name }) => name),
      shows: parts.shows,
      watching: parts.watching,
      mayAccept: parts.mayAccept,
      asksFor: (feed) => this.#asksFor(feed),
      apply: (may) => this.#outlets.apply(may),
      tick: () => this.#report(),
      hush: () => this.#talkback.stop(),
      changed: (feed) => this.#conversation.tellFeed(feed),
      crowded: (reason) => this.#conversation.tellCrowded(reason),
      silent: () => parts.logger.info({ session: this.id }, 'session silent'),
      moved: () => parts.moved(this),
    });
    this.#conversation = new Conversation({
      session: request.id,
      scopes: request.scopes,
      person: request.who?.person,
      feeds: this.#feeds,
      situation: parts.situation,
      clock: parts.clock,
      watching: () => (this.#looks ? parts.watching() : 0),
      watchers: parts.watchers,
      waits: (feed) => this.#outlets.waits(feed),
      flow: (feed) => this.#flow.of(feed),
      crowded: () => this.#flow.crowdedReason,
      obey: (message) => this.#obey(message),
    });
  }

  /** Its picture flows: its viewer acknowledged media within the last seconds. */
  get watching(): boolean {
    return this.#outlets.seen;
  }

  get who(): Visitor | undefined {
    return this.#request.who;
  }

  /** Whose picture it asked for, and may see. */
  get feeds(): readonly string[] {
    return [...new Set(this.#sections.map(({ feed }) => feed))].filter((feed) => this.#asksFor(feed));
  }

  /** Media flows, or would, were the connection up; not while the viewer has fallen silent. */
  get takesPlace(): boolean {
    return this.#flow.takesPlace;
  }

  /** It watched and says nothing any more. */
  get isSilent(): boolean {
    return this.#flow.isSilent;
  }

  get phase(): SessionPhase {
    return this.#flow.phase;
  }

  /** It is connected, and may answer a ring. */
  get mayAnswer(): boolean {
    return (this.phase === 'standby' || this.phase === 'accepted') && this.#mayControl && this.#looks;
  }

  answer(offer: string, media: readonly MediaAssignment[]): Promise<string> {
    const answered = this.#negotiation.then(() => this.#answer(offer, media));
    this.#negotiation = answered.catch(() => undefined); // the caller is told; the next offer is not held up
    return answered;
  }

  async addIceCandidate(candidate: IceCandidateInit): Promise<void> {
    this.#candidates.take(candidate);
  }

  accept(): void {
    if (this.#looks) this.#flow.accept();
  }

  /** What the device shows, or how many watch, is another: looks again whether something is for this viewer. */
  follow(): void {
    this.#flow.follow();
  }

  /** Ends where what its viewer may do is not what it was. */
  review(): void {
    const { scopes, review } = this.#request;
    const now = review?.();
    if (!now || (now.length === scopes.length && now.every((scope) => scopes.includes(scope)))) return;
    void this.close('access changed');
  }

  close(reason: string): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  /** Tells the viewer how many watch, and who where it may know. */
  tellWatching(): void {
    if (this.#looks) this.#conversation.tellWatching();
  }

  /** It is told who watches, not only how many. */
  get mayKnowWho(): boolean {
    return this.#request.scopes.includes('admin');
  }

  async #close(reason: string): Promise<void> {
    this.#sayGoodbye();
    this.#flow.step('close');
    clearTimeout(this.#connectDeadline);
    this.#talkback.stop();
    this.#outlets.stop();
    this.#hearing.stop();
    this.#leaveTelemetry?.();
    this.#parts.situation.left(this.id);
    this.#control.end();
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
      this.#feeds.map((feed) => ({
        name: feed.name,
        audio: feed.audio !== undefined && this.#request.scopes.includes('listen'),
        talk: feed.speaker !== undefined && this.#request.scopes.includes('talk'),
      })),
    );
    this.#flow.step('offer');
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
      this.#flow.step('answered');
      this.#candidates.begin();
      return answer.sdp;
    } catch (error) {
      if (this.#isClosed()) throw new VedetteError('session/unknown', {}, { cause: error });
      this.#flow.step('refused');
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
    return this.#flow.phase === 'closed';
  }

  // The answer does not wait for them: a .local name can take seconds to resolve, and none is ever rejected.
  #addCandidate(candidate: IceCandidateInit): void {
    if (!this.#isClosed() && !this.#peer.addIceCandidate(candidate))
      this.#parts.logger.debug({ session: this.id }, 'dropped a candidate that is malformed or of no use');
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

  #transportState(state: TransportState): void {
    switch (state) {
      case 'new':
      case 'connecting':
        return;
      case 'connected':
        clearTimeout(this.#connectDeadline);
        this.#parts.logger.info({ session: this.id }, 'session connected');
        this.#flow.step('connected');
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
    this.#flow.heard();
    this.#outlets.receive(packet);
    this.#hearing.rtcp(packet);
    const { roundTripMs } = this.#outlets;
    if (roundTripMs !== undefined) this.#hearing.measured(roundTripMs);
  }

  #rtp(packet: IncomingRtp): void {
    if (!this.#flow.mayBeHeard) return;
    const received = this.#hearing.receive(packet);
    if (received) this.#talkback.receive(received);
  }

  #adopt(channel: DataChannel): void {
    this.#conversation.adopt(channel);
    this.#control.adopt(channel);
    if (!this.#leaveTelemetry && !this.#isClosed() && this.#request.scopes.includes('telemetry'))
      this.#leaveTelemetry = this.#parts.telemetry.join(channel);
  }

  /** Does what the viewer asks on the events channel; gives the reason where it is refused. */
  #obey(message: ViewerMessage): VedetteError | undefined {
    switch (message.type) {
      case 'accept':
        return this.#tryToAccept();
      case 'standby':
        this.#flow.standby();
        return undefined;
      case 'talk':
        return message.on ? this.#beginTalk(message.feed) : this.#talkback.stop();
      case 'name':
        this.#name = message.name.trim() || undefined;
        return undefined;
      default:
        return this.#ask(message);
    }
  }

  #tryToAccept(): VedetteError | undefined {
    try {
      this.accept();
      return undefined;
    } catch (error) {
      this.#parts.logger.info({ session: this.id, err: error }, 'a viewer on standby could not be accepted');
      return error instanceof VedetteError ? error : new VedetteError('request/failed');
    }
  }

  /** What concerns the device beside its feeds. */
  #ask(request: SituationRequest): VedetteError | undefined {
    if (!this.#mayControl) return new VedetteError('session/look-only');
    const by = { session: this.id, ...(this.#name === undefined ? {} : { name: this.#name }) };
    // Who answers watches: it must fit before the others are told that somebody came.
    if (request.type === 'answer' && !this.takesPlace && !this.#parts.mayAccept())
      return crowdedBy(this.#parts.watching());
    try {
      const refused = this.#parts.situation.obey(request, by);
      return refused === undefined && request.type === 'answer' ? this.#tryToAccept() : refused;
    } catch (error) {
      this.#parts.logger.error({ session: this.id, request: request.type, err: error }, 'a request failed');
      return new VedetteError('request/failed');
    }
  }

  get #mayControl(): boolean {
    return this.#request.scopes.includes('control');
  }

  #asksFor(feed: string): boolean {
    return this.#looks && this.#sections.some((plan) => plan.kind === 'video' && plan.feed === feed);
  }

  get #looks(): boolean {
    return this.#request.scopes.includes('view');
  }

  /** Gives the reason where talking is not possible. */
  #beginTalk(name: string): VedetteError | undefined {
    const section = this.#sections.find((plan) => plan.kind === 'audio' && plan.feed === name && plan.talks);
    const speaker = this.#feed(name)?.speaker;
    if (!section || !speaker || !this.#flow.mayBeHeard) return new VedetteError('session/no-talk');
    return this.#talkback.start(section.mid, speaker) ? undefined : new VedetteError('session/talk-taken');
  }

  #endTalkWithoutSection(): void {
    const { mid } = this.#talkback;
    if (!this.#sections.some((plan) => plan.kind === 'audio' && plan.talks && plan.mid === mid))
      this.#talkback.stop();
  }

  #feed(name: string): SessionFeed | undefined {
    return this.#feeds.find((feed) => feed.name === name);
  }
}

function directionOf(plan: SectionPlan): SectionDirection {
  const direction =
    plan.kind === 'video' || !plan.talks ? 'sendonly' : plan.listens ? 'sendrecv' : 'recvonly';
  return { mid: plan.mid, direction, stream: plan.feed };
}
