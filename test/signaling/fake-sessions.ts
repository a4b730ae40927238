import { VedetteError } from '../../src/errors.ts';
import type {
  IceCandidateInit,
  SessionEvents,
  SessionHandle,
  SessionHost,
  SessionRequest,
} from '../../src/protocol/session.ts';
import type { FeedDescription, MediaAssignment } from '../../src/protocol/signaling.ts';

/** Enough of an offer for everything that stands in front of a session. */
export const offer = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:aaaa',
  'a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa',
  'a=mid:0',
  'a=recvonly',
  'a=rtpmap:96 VP8/90000',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:aaaa',
  'a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa',
  'a=mid:1',
  '',
].join('\r\n');

/** A session that writes down what it is told, and answers with the offer's own ufrag turned round. */
export class FakeSession implements SessionHandle {
  readonly request: SessionRequest;
  readonly events: SessionEvents;
  readonly offers: { readonly sdp: string; readonly media: readonly MediaAssignment[] }[] = [];
  readonly candidates: IceCandidateInit[] = [];
  accepted = 0;
  /** Thrown at the next accept, where set. */
  refusal: VedetteError | undefined;
  closed: string | undefined;

  constructor(request: SessionRequest, events: SessionEvents) {
    this.request = request;
    this.events = events;
  }

  get id(): string {
    return this.request.id;
  }

  async answer(sdp: string, media: readonly MediaAssignment[]): Promise<string> {
    if (!sdp.startsWith('v=0')) throw new VedetteError('session/bad-offer', { detail: 'no v=0 line' });
    if (sdp.includes('theora')) throw new VedetteError('session/no-common-codec', { offered: 'theora' });
    this.offers.push({ sdp, media });
    const ufrag = /a=ice-ufrag:(\S+)/.exec(sdp)?.[1] ?? 'none';
    return `v=0\r\na=ice-lite\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:re${ufrag}\r\na=ice-pwd:bbbbbbbbbbbbbbbbbbbbbbbb\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\na=sendonly\r\n`;
  }

  async addIceCandidate(candidate: IceCandidateInit): Promise<void> {
    this.candidates.push(candidate);
  }

  accept(): void {
    if (this.refusal) throw this.refusal;
    this.accepted += 1;
  }

  async close(reason: string): Promise<void> {
    if (this.closed !== undefined) return;
    this.closed = reason;
    this.events.ended(reason);
  }
}

export class FakeSessions implements SessionHost {
  readonly feeds: readonly FeedDescription[] = [
    { name: 'front-door', title: 'Haustür', audio: true, talk: true },
    { name: 'garden', title: 'Garten', audio: false, talk: false },
  ];
  readonly opened: FakeSession[] = [];
  limit = 20;

  open(request: SessionRequest, events: SessionEvents): FakeSession {
    if (this.opened.filter(({ closed }) => closed === undefined).length >= this.limit) {
      throw new VedetteError('session/limit', { limit: this.limit, retryAfterSeconds: 5 });
    }
    const session = new FakeSession(request, events);
    this.opened.push(session);
    return session;
  }
}
