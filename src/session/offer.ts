import { type MediaDescription, parse, parseParams, type SessionDescription, write } from 'sdp-transform';
import { VedetteError } from '../errors.ts';
import type { VideoCodec } from '../media/frame.ts';
import { anyMid, type MediaAssignment } from '../protocol/signaling.ts';
import { type ExtensionIds, extensionUris, maxExtensionId } from '../rtp/header.ts';
import type { RemoteTransport } from '../transport/description.ts';
import { readFingerprint } from '../transport/dtls/fingerprint.ts';

/** What a media section of the offer becomes. `mid` as in RFC 8843; payload types are the offerer's. */
export type SectionPlan =
  | ({
      readonly kind: 'video';
      readonly mid: string;
      readonly feed: string;
      readonly codec: VideoCodec;
    } & RtpPlan)
  | ({
      readonly kind: 'audio';
      readonly mid: string;
      readonly feed: string;
      /** The viewer wants to hear. */
      readonly listens: boolean;
      /** The viewer may send sound of its own. */
      readonly talks: boolean;
      /** SSRCs announced for what it sends. */
      readonly remoteSsrcs: readonly number[];
      /** It sends again what we say is lost (RFC 4585, 6.2.1). */
      readonly repairs: boolean;
    } & RtpPlan);

interface RtpPlan {
  readonly payloadType: number;
  readonly rtxPayloadType?: number;
  readonly extensions: ExtensionIds;
}

/** An offer, understood: what to build, and the offer reduced to just that. */
export interface OfferPlan {
  readonly sections: readonly SectionPlan[];
  /** The offer with every codec, extension and section removed that the plan does not use. */
  readonly sdp: string;
  /** How the offerer is reached and known. */
  readonly transport: RemoteTransport;
  /** RTCP feedback may go without a report before it (RFC 5506). */
  readonly reducedSize: boolean;
}

/** What a feed has to give, as far as an offer cares. */
export interface OfferedFeed {
  readonly name: string;
  readonly audio: boolean;
  readonly talk: boolean;
}

/** RFC 8122, 5: pairs of hexadecimal digits, with colons between them. */
const fingerprintPattern = /^[0-9A-F]{2}(:[0-9A-F]{2})+$/i;
const keptFeedback = new Set(['nack', 'nack pli', 'ccm fir', 'transport-cc']);
/** A longer offer is refused unread; a browser's with 60 sections has 50 KiB. */
const maxOfferBytes = 64 * 1024;
/** As many as an offer's assignments name. */
const maxSections = 64;
/** A browser with many networks offers some twenty. */
const maxOfferedCandidates = 128;
/** RTP payload types have 7 bits (RFC 3550, 5.1). */
const maxPayloadType = 127;
/** profile_idc values whose decoders play our constrained baseline, the plainest first. */
const h264Profiles = [0x42, 0x4d, 0x64];
/** constraint_set1_flag in profile_iop: with profile_idc 66, constrained baseline (RFC 6184, 8.1, table 5). */
const constraintSet1 = 0x40;

/**
 * Reads an offer and decides what each section becomes: H.264 before VP8, Opus, RTX where offered. Pure.
 * @throws VedetteError `session/bad-offer`, `session/no-common-codec`, `feed/unknown`
 */
export function planOffer(
  sdp: string,
  assignments: readonly MediaAssignment[],
  feeds: readonly OfferedFeed[],
): OfferPlan {
  const offer = parseOffer(sdp);
  const sections: SectionPlan[] = [];
  let wantsVideo = false;
  for (const media of offer.media) {
    open(media);
    if (media.type === 'application') continue;
    if (media.type === 'video' && media.port !== 0 && listensTo(media)) wantsVideo = true;
    const plan = planSection(media, feedOf(media, assignments, feeds));
    if (plan) {
      sections.push(plan);
      reduce(media, plan);
    } else {
      media.port = 0;
    }
  }
  if (wantsVideo && !sections.some(({ kind }) => kind === 'video')) {
    const offered = new Set(
      offer.media.filter(({ type }) => type === 'video').flatMap(({ rtp }) => rtp.map(({ codec }) => codec)),
    );
    throw new VedetteError('session/no-common-codec', { offered: [...offered].join(', ') || 'none' });
  }
  if (sections.length === 0 && !offer.media.some(({ type, port }) => type === 'application' && port !== 0))
    throw new VedetteError('session/bad-offer', { detail: 'it asks for nothing this device sends' });
  const used = offer.media.filter(({ type, port }) => type !== 'application' && port !== 0);
  return {
    sections,
    sdp: write(offer),
    transport: readTransport(sdp, offer),
    reducedSize: used.length > 0 && used.every(({ rtcpRsize }) => rtcpRsize !== undefined),
  };
}

/** The transport of the first section that is not refused; with bundling it is that of all (RFC 9143, 7.1.1). */
function readTransport(sdp: string, offer: SessionDescription): RemoteTransport {
  const first = offer.media.findIndex(({ port }) => port !== 0);
  const media = offer.media[first] ?? offer.media[0];
  const setup = media?.setup ?? offer.setup ?? 'actpass';
  if (setup !== 'actpass' && setup !== 'active' && setup !== 'passive')
    throw new VedetteError('session/bad-offer', { detail: `a=setup:${setup} asks for no connection` });
  const fingerprints = linesOf(sdp, first, 'fingerprint').flatMap((value) => {
    const [hash = '', hex = ''] = value.split(' ');
    return readFingerprint(hash, hex) ?? [];
  });
  if (fingerprints.length === 0)
    throw new VedetteError('session/bad-offer', { detail: 'no a=fingerprint is of sha-256 or better' });
  return {
    // Numeric ones are parsed as numbers.
    iceUfrag: String(media?.iceUfrag ?? offer.iceUfrag ?? ''),
    icePwd: String(media?.icePwd ?? offer.icePwd ?? ''),
    iceLite: offer.icelite !== undefined,
    fingerprints,
    setup,
    candidates: linesOf(sdp, first, 'candidate')
      .slice(0, maxOfferedCandidates)
      .map((value) => `candidate:${value}`),
  };
}

/** Values of an attribute in a section, or before the first where the section has none; the parser keeps one alone. */
function linesOf(sdp: string, section: number, attribute: string): readonly string[] {
  const [session = '', ...sections] = sdp.split(/^(?=m=)/m);
  const values = (text: string) =>
    [...text.matchAll(new RegExp(`^a=${attribute}:(.*?)\\s*$`, 'gm'))].map(([, value = '']) => value);
  const own = values(sections[section] ?? '');
  return own.length > 0 ? own : values(session);
}

function parseOffer(sdp: string): SessionDescription {
  // The library takes any text for SDP and finds nothing in it, so what must be there is asked for here.
  const refuse = (detail: string): never => {
    throw new VedetteError('session/bad-offer', { detail });
  };
  if (sdp.length > maxOfferBytes) return refuse(`it is longer than ${maxOfferBytes} bytes`);
  if (!sdp.startsWith('v=0')) return refuse('it does not begin with "v=0"');
  let offer: SessionDescription;
  try {
    offer = parse(sdp);
  } catch {
    return refuse('it cannot be parsed');
  }
  if (!Array.isArray(offer.media) || offer.media.length === 0) return refuse('it has no media section');
  if (offer.media.length > maxSections) return refuse(`it has more than ${maxSections} media sections`);
  for (const media of offer.media) {
    media.rtp = media.rtp
      .filter(({ payload }) => payload <= maxPayloadType)
      // A numeric name is parsed as a number.
      .map((rtp) => ({ ...rtp, codec: String(rtp.codec) }));
    if (media.mid === undefined) return refuse('a media section has no a=mid');
    // A numeric mid is parsed as a number.
    media.mid = String(media.mid);
    if (!(media.iceUfrag ?? offer.iceUfrag) && media.port !== 0)
      return refuse(`section ${media.mid} has no a=ice-ufrag`);
    const fingerprint = media.fingerprint ?? offer.fingerprint;
    if (!fingerprint && media.port !== 0) return refuse(`section ${media.mid} has no a=fingerprint`);
    if (fingerprint && !fingerprintPattern.test(fingerprint.hash))
      return refuse(`the a=fingerprint of section ${media.mid} is not hexadecimal`);
  }
  return offer;
}

function feedOf(
  media: MediaDescription,
  assignments: readonly MediaAssignment[],
  feeds: readonly OfferedFeed[],
): OfferedFeed {
  const row =
    assignments.find(({ mid }) => mid === media.mid) ?? assignments.find(({ mid }) => mid === anyMid);
  const feed = row ? feeds.find(({ name }) => name === row.feed) : feeds[0];
  if (!feed)
    throw new VedetteError('feed/unknown', {
      feed: row?.feed ?? '',
      known: feeds.map(({ name }) => name).join(', '),
    });
  return feed;
}

function listensTo({ direction = 'sendrecv' }: MediaDescription): boolean {
  return direction === 'recvonly' || direction === 'sendrecv';
}

/** A bundle-only section has port 0 and is offered all the same (RFC 9143, 6); to the stack below, 0 means refused. */
function open(media: MediaDescription): void {
  if (!media.bundleOnly) return;
  media.port = 9; // the discard port, as everybody writes with trickle (RFC 8840, 4.1.3)
  delete media.bundleOnly;
}

function planSection(media: MediaDescription, feed: OfferedFeed): SectionPlan | undefined {
  if (media.port === 0) return undefined;
  const mid = String(media.mid);
  const direction = media.direction ?? 'sendrecv';
  const listens = listensTo(media);
  const sends = direction === 'sendonly' || direction === 'sendrecv';
  if (media.type === 'video') {
    if (!listens) return undefined;
    const chosen = chooseVideo(media);
    if (!chosen) return undefined;
    const rtxPayloadType = rtxFor(media, chosen.payloadType);
    return {
      kind: 'video',
      mid,
      feed: feed.name,
      ...chosen,
      ...(rtxPayloadType === undefined ? {} : { rtxPayloadType }),
      extensions: extensionsOf(media, chosen.payloadType),
    };
  }
  if (media.type === 'audio') {
    const opus = media.rtp.find(({ codec, rate }) => codec.toLowerCase() === 'opus' && rate === 48_000);
    const talks = sends && feed.talk;
    if (!opus || !((listens && feed.audio) || talks)) return undefined;
    const remoteSsrcs = [...new Set((media.ssrcs ?? []).map(({ id }) => id))];
    const rtxPayloadType = rtxFor(media, opus.payload);
    return {
      kind: 'audio',
      mid,
      feed: feed.name,
      payloadType: opus.payload,
      ...(rtxPayloadType === undefined ? {} : { rtxPayloadType }),
      listens: listens && feed.audio,
      talks,
      remoteSsrcs,
      repairs: talks && rtxPayloadType !== undefined && offersFeedback(media, opus.payload, 'nack'),
      extensions: extensionsOf(media, opus.payload),
    };
  }
  return undefined;
}

function chooseVideo(media: MediaDescription): { codec: VideoCodec; payloadType: number } | undefined {
  const h264 = media.rtp
    .filter(({ codec }) => codec.toUpperCase() === 'H264')
    .map(({ payload }) => ({ payload, ...h264Parameters(media, payload) }))
    // Our access units do not fit into packetization-mode 0, which knows no fragments (RFC 6184, 6.2).
    .filter(({ packetizationMode, rank }) => packetizationMode === 1 && rank >= 0)
    .sort((left, right) => left.rank - right.rank)[0];
  if (h264) return { codec: 'H264', payloadType: h264.payload };
  const vp8 = media.rtp.find(({ codec }) => codec.toUpperCase() === 'VP8');
  return vp8 && { codec: 'VP8', payloadType: vp8.payload };
}

function h264Parameters(
  media: MediaDescription,
  payload: number,
): { packetizationMode: number; rank: number } {
  const config = media.fmtp.find((line) => line.payload === payload)?.config ?? '';
  const parameters = parseParams(config);
  // Absent parameters mean mode 0 and baseline (RFC 6184, 8.1).
  const profileLevelId = Number.parseInt(String(parameters['profile-level-id'] ?? '42000a'), 16);
  const exact = profileLevelId >> 16 === h264Profiles[0] && ((profileLevelId >> 8) & constraintSet1) !== 0;
  return {
    packetizationMode: Number(parameters['packetization-mode'] ?? 0),
    // Exactly ours is 0, the others follow; -1 is none of them.
    rank: exact
      ? 0
      : h264Profiles.indexOf(profileLevelId >> 16) + (h264Profiles.includes(profileLevelId >> 16) ? 1 : 0),
  };
}

function rtxFor(media: MediaDescription, payloadType: number): number | undefined {
  const line = media.fmtp.find(
    ({ payload, config }) =>
      parseParams(config).apt === payloadType &&
      media.rtp.some((codec) => codec.payload === payload && codec.codec.toLowerCase() === 'rtx'),
  );
  return line?.payload;
}

function offersFeedback(media: MediaDescription, payloadType: number, name: string): boolean {
  return (media.rtcpFb ?? []).some(
    ({ payload, type, subtype }) => payload === payloadType && type === name && !subtype,
  );
}

function extensionsOf(media: MediaDescription, payloadType: number): ExtensionIds {
  const idOf = (uri: string): number | undefined => {
    const id = media.ext?.find((extension) => extension.uri === uri)?.value;
    return id !== undefined && id >= 1 && id <= maxExtensionId ? id : undefined;
  };
  const [mid, transportWideCc, playoutDelay, absCaptureTime] = [
    idOf(extensionUris.mid),
    // The numbers are for the feedback, and mean nothing without.
    offersFeedback(media, payloadType, 'transport-cc') ? idOf(extensionUris.transportWideCc) : undefined,
    media.type === 'video' ? idOf(extensionUris.playoutDelay) : undefined,
    idOf(extensionUris.absCaptureTime),
  ];
  return {
    ...(mid === undefined ? {} : { mid }),
    ...(transportWideCc === undefined ? {} : { transportWideCc }),
    ...(playoutDelay === undefined ? {} : { playoutDelay }),
    ...(absCaptureTime === undefined ? {} : { absCaptureTime }),
  };
}

/** Leaves in `media` only what `plan` uses, so that the answer cannot agree to anything else. */
function reduce(media: MediaDescription, plan: SectionPlan): void {
  const kept = new Set([plan.payloadType, plan.rtxPayloadType]);
  const ids = new Set(Object.values(plan.extensions));
  media.payloads = [...kept].filter((payload) => payload !== undefined).join(' ');
  media.rtp = media.rtp.filter(({ payload }) => kept.has(payload));
  media.fmtp = media.fmtp.filter(({ payload }) => kept.has(payload));
  media.ext = (media.ext ?? []).filter(({ value }) => ids.has(value));
  media.rtcpFb = (media.rtcpFb ?? []).filter(({ payload, type, subtype }) => {
    const name = subtype ? `${type} ${subtype}` : type;
    // Without RTX a lost packet is not sent again, so nobody need ask.
    return (
      payload === plan.payloadType &&
      keptFeedback.has(name) &&
      (name !== 'nack' || plan.rtxPayloadType !== undefined)
    );
  });
}
