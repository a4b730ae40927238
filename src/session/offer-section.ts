import { type MediaDescription, parseParams } from 'sdp-transform';
import type { VideoCodec } from '../media/frame.ts';
import { type ExtensionIds, extensionUris, maxExtensionId } from '../rtp/header.ts';

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

/** What a feed has to give, as far as an offer cares. */
export interface OfferedFeed {
  readonly name: string;
  readonly audio: boolean;
  readonly talk: boolean;
}

/** profile_idc values whose decoders play our constrained baseline, the plainest first. */
const h264Profiles = [0x42, 0x4d, 0x64];
/** constraint_set1_flag in profile_iop: with profile_idc 66, constrained baseline (RFC 6184, 8.1, table 5). */
const constraintSet1 = 0x40;

/** What becomes of `media` for a viewer of `feed`; undefined where we have no part in it. Changes nothing. */
export function planSection(media: MediaDescription, feed: OfferedFeed): SectionPlan | undefined {
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

/** Whether its offerer wants to see or hear. */
export function listensTo({ direction = 'sendrecv' }: MediaDescription): boolean {
  return direction === 'recvonly' || direction === 'sendrecv';
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
