import { z } from 'zod';

/** Version of the signaling envelope; a message of another version is refused. */
export const signalingVersion = 1;
/** A longer message is refused before it is parsed. */
export const maxSignalingBytes = 128 * 1024;

/** One thing that can be watched: a camera, with sound in and out where it has them. */
export const FeedDescription = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** The feed carries sound. */
  audio: z.boolean(),
  /** A visitor can talk back. */
  talk: z.boolean(),
});
export type FeedDescription = z.infer<typeof FeedDescription>;

/** `RTCIceServer` of W3C WebRTC 1.0, 4.2.2. */
export const IceServer = z.strictObject({
  urls: z.union([z.string(), z.array(z.string())]),
  username: z.string().optional(),
  credential: z.string().optional(),
});
export type IceServer = z.infer<typeof IceServer>;

/** Stands as a {@link MediaAssignment}'s `mid` for every section that has no row of its own. */
export const anyMid = '*';

/** What a media section of the viewer's offer is for: `mid` (RFC 8843) to feed. */
const MediaAssignment = z.strictObject({ mid: z.string().max(32), feed: z.string().max(64) });
export type MediaAssignment = z.infer<typeof MediaAssignment>;

const SessionDescriptionText = z.string().max(64 * 1024);

/** Who the device is to whoever listens, and who they are to it. */
const SignalingAbout = z.strictObject({
  title: z.string(),
  /** Where it is, an IANA time zone. */
  zone: z.string(),
  person: z.strictObject({ id: z.string(), name: z.string() }),
  scopes: z.array(z.string()),
  /** What an invitation's id and secret are added to, for whoever may invite. */
  inviteLink: z.string().optional(),
});
export type SignalingAbout = z.infer<typeof SignalingAbout>;

/** What a message says. The viewer offers, the device answers; both trickle (RFC 8838). */
export const SignalingBody = z.discriminatedUnion('type', [
  /** Device to viewer, first: who this is and what can be watched. */
  z.strictObject({
    type: z.literal('hello'),
    device: z.string(),
    feeds: z.array(FeedDescription),
    iceServers: z.array(IceServer),
    /** For whom nothing but this line leads to the device; on its own page `GET /api/device` says it. */
    about: SignalingAbout.optional(),
  }),
  /** Viewer to device. `standby` connects without media until `accept`. A second offer of the same session renegotiates or restarts ICE. */
  z.strictObject({
    type: z.literal('offer'),
    sdp: SessionDescriptionText,
    media: z.array(MediaAssignment).max(64),
    standby: z.boolean().default(false),
  }),
  /** Device to viewer. */
  z.strictObject({ type: z.literal('answer'), sdp: SessionDescriptionText }),
  /** Either way. An empty `candidate` ends the candidates (RFC 8838, 8.2). */
  z.strictObject({
    type: z.literal('candidate'),
    candidate: z.string().max(1024),
    sdpMid: z.string().max(32).nullable(),
    sdpMLineIndex: z.number().int().min(0).max(64).nullable(),
  }),
  /** Viewer to device: media may flow now. */
  z.strictObject({ type: z.literal('accept') }),
  /** Either way: the session ends, for this reason. */
  z.strictObject({ type: z.literal('bye'), reason: z.string().max(200) }),
  /** Device to viewer: the message before was refused. `code` is one of docs/errors.md. */
  z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string() }),
]);
export type SignalingBody = z.infer<typeof SignalingBody>;

/** The envelope of every signaling message, whatever carries it. */
export const SignalingMessage = z.strictObject({
  v: z.literal(signalingVersion),
  /** Unique to this message. */
  id: z.string().min(1).max(64),
  from: z.string().max(128),
  to: z.string().max(128),
  /** Chosen by the viewer; names the session at both ends. */
  session: z.string().min(1).max(64),
  /** Rises by one with each message of a sender in a session, from 1. */
  seq: z.number().int().min(1),
  body: SignalingBody,
});
export type SignalingMessage = z.infer<typeof SignalingMessage>;
