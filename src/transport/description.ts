import { type MediaDescription, parse, type SessionDescription, write } from 'sdp-transform';
import type { Fingerprint } from './dtls/fingerprint.ts';

/** What an offer says of its sender's transport. */
export interface RemoteTransport {
  readonly iceUfrag: string;
  readonly icePwd: string;
  /** The offerer only answers checks, so we make them (RFC 8445, 2.5). */
  readonly iceLite: boolean;
  /** Of the certificate it will prove to hold; any of them may be it (RFC 8122, 5). */
  readonly fingerprints: readonly Fingerprint[];
  /** Its part in DTLS (RFC 8842, 5). */
  readonly setup: 'actpass' | 'active' | 'passive';
  /** Its candidates, as `candidate:…`. */
  readonly candidates: readonly string[];
}

/** What a section of the answer sends; `mid` as in the offer. */
export interface SectionDirection {
  readonly mid: string;
  readonly direction: 'sendonly' | 'sendrecv' | 'recvonly';
  /** Stream id of a=msid (RFC 8830): tracks of one feed share it, so that sound and picture play in step. */
  readonly stream: string;
}

/** SSRCs that the answer announces for a section. */
export interface SectionSsrcs {
  readonly mid: string;
  readonly ssrc: number;
  readonly rtxSsrc: number;
}

/** Our side of the transport, for the answer. */
export interface LocalTransport {
  readonly iceUfrag: string;
  readonly icePwd: string;
  readonly fingerprint: Fingerprint;
  readonly setup: 'active' | 'passive';
  /** Our candidates, as `candidate:…`. */
  readonly candidates: readonly string[];
  /** No more will be trickled. */
  readonly endOfCandidates: boolean;
}

export interface AnswerParts {
  readonly transport: LocalTransport;
  readonly sections: readonly (SectionDirection & SectionSsrcs)[];
  readonly cname: string;
  /** Of o= (RFC 8829, 5.2.1): the same for a session's life, the version rises with each answer. */
  readonly sessionId: string;
  readonly version: number;
}

/** The largest data-channel message we take, bytes (RFC 8841, 6); more than any of ours needs. */
export const maxMessageBytes = 65_536;
const sctpPort = 5_000;
/** Everybody writes this port with trickle ICE (RFC 8840, 4.1.1). */
const discardPort = 9;

/**
 * The answer to an offer that was reduced to what is accepted, all of it on one transport: it agrees to what stands
 * there, section by section (RFC 8829, 5.3). Pure.
 */
export function writeAnswer(reducedOffer: string, parts: AnswerParts): string {
  const offer = parse(reducedOffer);
  const accepted = offer.media.filter((media) => accepts(media, parts));
  const bundle = bundleOf(offer, accepted);
  // The answer's tagged section is that of the offer (RFC 9143, 7.3.1).
  const tagged = accepted.find(({ mid }) => String(mid) === bundle[0]) ?? accepted[0];
  const answer: SessionDescription = {
    version: 0,
    origin: {
      username: '-',
      sessionId: parts.sessionId,
      sessionVersion: parts.version,
      netType: 'IN',
      ipVer: 4,
      address: '127.0.0.1',
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    // No group but one that was offered (RFC 9143, 7.3).
    ...(bundle.length > 0 ? { groups: [{ type: 'BUNDLE', mids: bundle.join(' ') }] } : {}),
    ...(offer.extmapAllowMixed ? { extmapAllowMixed: offer.extmapAllowMixed } : {}),
    msidSemantic: { semantic: 'WMS', token: '*' },
    iceOptions: 'trickle',
    media: offer.media.map((media) =>
      accepted.includes(media)
        ? acceptedSection(media, parts, media === tagged)
        : { ...base(media), port: 0, direction: 'inactive', mid: String(media.mid) },
    ),
  };
  return write(answer);
}

/** What an offer says of its data channels (RFC 8841); undefined where it has none. */
export interface RemoteData {
  /** The longest message it takes, bytes; 0 for any (RFC 8841, 6.1). */
  readonly maxMessageBytes: number;
}

/** Where nothing is said (RFC 8841, 6.1). */
const defaultMaxMessageBytes = 65_536;

export function readRemoteData(offer: string): RemoteData | undefined {
  const media = parse(offer).media.find(({ type, port }) => type === 'application' && port !== 0);
  return media && { maxMessageBytes: media.maxMessageSize ?? defaultMaxMessageBytes };
}

/** The mids of the offer's bundle that are accepted, in its order; none where it has no bundle. */
function bundleOf(offer: SessionDescription, accepted: readonly MediaDescription[]): readonly string[] {
  const group = offer.groups?.find(({ type }) => type === 'BUNDLE');
  const mids = group ? String(group.mids).split(' ') : [];
  return mids.filter((mid) => accepted.some((media) => String(media.mid) === mid));
}

function accepts(media: MediaDescription, { sections }: AnswerParts): boolean {
  if (media.port === 0) return false;
  return media.type === 'application' || sections.some(({ mid }) => mid === String(media.mid));
}

/** What every section has. */
function base({ type, protocol, payloads, sctpmap }: MediaDescription) {
  return {
    type,
    port: discardPort,
    protocol,
    payloads: payloads ?? sctpmap?.app ?? '0',
    connection: { version: 4, ip: '0.0.0.0' },
    rtp: [],
    fmtp: [],
  };
}

function acceptedSection(
  media: MediaDescription,
  parts: AnswerParts,
  carriesCandidates: boolean,
): SessionDescription['media'][number] {
  const { transport } = parts;
  const section = parts.sections.find(({ mid }) => mid === String(media.mid));
  return {
    ...base(media),
    iceUfrag: transport.iceUfrag,
    icePwd: transport.icePwd,
    fingerprint: { type: transport.fingerprint.hash, hash: transport.fingerprint.value },
    setup: transport.setup,
    mid: String(media.mid),
    ...(section ? mediaLines(media, section, parts.cname) : { sctpPort, maxMessageSize: maxMessageBytes }),
    ...(carriesCandidates ? candidateLines(transport) : {}),
  };
}

function mediaLines(media: MediaDescription, section: SectionDirection & SectionSsrcs, cname: string) {
  const sends = section.direction !== 'recvonly';
  const { ssrc, rtxSsrc, stream } = section;
  const rtx = media.rtp.some(({ codec }) => codec.toLowerCase() === 'rtx');
  const ssrcs = rtx ? [ssrc, rtxSsrc] : [ssrc];
  return {
    rtcp: { port: discardPort, netType: 'IN', ipVer: 4, address: '0.0.0.0' },
    rtp: media.rtp,
    fmtp: media.fmtp.filter(({ payload }) => answersParameters(media, payload)),
    rtcpFb: media.rtcpFb ?? [],
    ext: (media.ext ?? []).map(({ value, uri }) => ({ value, uri })),
    direction: section.direction,
    rtcpMux: 'rtcp-mux' as const,
    ...(media.rtcpRsize ? { rtcpRsize: media.rtcpRsize } : {}),
    ...(sends
      ? {
          msid: [{ id: stream, appdata: `${stream}-${media.type}` }],
          ssrcs: ssrcs.map((id) => ({ id, attribute: 'cname', value: cname })),
          ...(rtx ? { ssrcGroups: [{ semantics: 'FID', ssrcs: ssrcs.join(' ') }] } : {}),
        }
      : {}),
  };
}

/** Of H.264 and RTX the offer's parameters are agreed to; of Opus we have no wishes (RFC 7587, 6.1). */
function answersParameters(media: MediaDescription, payload: number): boolean {
  return media.rtp.some((codec) => codec.payload === payload && codec.codec.toLowerCase() !== 'opus');
}

function candidateLines({ candidates, endOfCandidates }: LocalTransport) {
  return {
    // The library writes candidates out of their fields; ours are text already, in lines that it does not know.
    invalid: candidates.map((value) => ({ value })),
    ...(endOfCandidates ? { endOfCandidates: 'end-of-candidates' as const } : {}),
  };
}
