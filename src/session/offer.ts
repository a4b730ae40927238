import { type MediaDescription, parse, type SessionDescription, write } from 'sdp-transform';
import { VedetteError } from '../errors.ts';
import { anyMid, type MediaAssignment } from '../protocol/signaling.ts';
import type { RemoteTransport } from '../transport/description.ts';
import { listensTo, type OfferedFeed, planSection, type SectionPlan } from './offer-section.ts';
import { bundleOf, isUsable, readTransport } from './offer-transport.ts';

export type { OfferedFeed, SectionPlan } from './offer-section.ts';

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

const keptFeedback = new Set(['nack', 'nack pli', 'ccm fir', 'transport-cc']);
/** A longer offer is refused unread; a browser's with 60 sections has 50 KiB. */
const maxOfferBytes = 64 * 1024;
/** As many as an offer's assignments name. */
const maxSections = 64;
/** RTP payload types have 7 bits (RFC 3550, 5.1). */
const maxPayloadType = 127;

/**
 * Reads an offer and decides what each section becomes: H.264 before VP8, Opus, RTX where offered. There is one
 * transport, so sections outside of the first usable one's bundle are refused. Pure.
 * @throws VedetteError `session/bad-offer`, `session/no-common-codec`, `feed/unknown`
 */
export function planOffer(
  sdp: string,
  assignments: readonly MediaAssignment[],
  feeds: readonly OfferedFeed[],
): OfferPlan {
  const offer = parseOffer(sdp);
  const plans = new Map<MediaDescription, SectionPlan>();
  for (const media of offer.media) {
    open(media);
    // Who may see and hear nothing has each section declined, and may have the channels all the same.
    if (media.type === 'application' || feeds.length === 0) continue;
    const plan = planSection(media, feedOf(media, assignments, feeds));
    if (plan) plans.set(media, plan);
  }
  if (feeds.length > 0) requireCommonCodec(offer, [...plans.values()]);
  const possible = offer.media.filter(
    (media) => plans.has(media) || (media.type === 'application' && isUsable(media)),
  );
  const first = possible[0];
  if (!first) return refuse('it asks for nothing this device sends');
  const bundle = bundleOf(offer, String(first.mid));
  const transport = readTransport(sdp, offer, bundle);
  const accepted = possible.filter(({ mid }) => bundle.mids.includes(String(mid)));
  const sections: SectionPlan[] = [];
  for (const media of offer.media) {
    const plan = plans.get(media);
    if (!accepted.includes(media)) media.port = 0;
    else if (plan) {
      sections.push(plan);
      reduce(media, plan);
    }
  }
  const left = new Set(accepted.map(({ mid }) => String(mid)));
  offer.groups = bundle.grouped
    ? [{ type: 'BUNDLE', mids: bundle.mids.filter((mid) => left.has(mid)).join(' ') }]
    : [];
  const used = accepted.filter((media) => plans.has(media));
  return {
    sections,
    sdp: write(offer),
    transport,
    reducedSize: used.length > 0 && used.every(({ rtcpRsize }) => rtcpRsize !== undefined),
  };
}

function requireCommonCodec(offer: SessionDescription, plans: readonly SectionPlan[]): void {
  const videos = offer.media.filter(({ type }) => type === 'video');
  if (plans.some(({ kind }) => kind === 'video')) return;
  if (!videos.some((media) => isUsable(media) && listensTo(media))) return;
  const offered = new Set(videos.flatMap(({ rtp }) => rtp.map(({ codec }) => codec)));
  throw new VedetteError('session/no-common-codec', { offered: [...offered].join(', ') || 'none' });
}

function refuse(detail: string): never {
  throw new VedetteError('session/bad-offer', { detail });
}

function parseOffer(sdp: string): SessionDescription {
  // The library takes any text for SDP and finds nothing in it, so what must be there is asked for here.
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
    media.fmtp = media.fmtp.map((line) => ({ ...line, config: String(line.config) }));
    if (media.mid === undefined) return refuse('a media section has no a=mid');
    // A numeric mid is parsed as a number.
    media.mid = String(media.mid);
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

/** A bundle-only section has port 0 and is offered all the same (RFC 9143, 6); to the stack below, 0 means refused. */
function open(media: MediaDescription): void {
  if (!media.bundleOnly) return;
  media.port = 9; // the discard port, as everybody writes with trickle (RFC 8840, 4.1.3)
  delete media.bundleOnly;
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
