import { z } from 'zod';

/** What is the case with a feed's camera. `since` is wall time in ms. */
export const CameraStatus = z.discriminatedUnion('state', [
  /** Nobody looks; the camera is closed. */
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({ state: z.literal('starting'), since: z.number() }),
  z.strictObject({ state: z.literal('live'), since: z.number() }),
  /** Unplugged, hung or refused; it is tried again by itself. */
  z.strictObject({ state: z.literal('away'), since: z.number(), reason: z.string() }),
]);
export type CameraStatus = z.infer<typeof CameraStatus>;

/** Who talks through a feed's speaker. `connecting` until the first packet was really played. */
export const TalkStatus = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('idle') }),
  z.strictObject({ state: z.literal('connecting'), session: z.string() }),
  z.strictObject({ state: z.literal('talking'), session: z.string() }),
]);
export type TalkStatus = z.infer<typeof TalkStatus>;

export const FeedStatus = z.strictObject({
  feed: z.string(),
  camera: CameraStatus,
  talk: TalkStatus,
  /** The session's own keyframe wait: the camera encodes itself and gives its next keyframe when it likes. */
  waitsForKeyframe: z.boolean(),
});
export type FeedStatus = z.infer<typeof FeedStatus>;

/**
 * Device to viewer on the ordered `events` data channel: a full state first, then what changed, in order.
 */
export const DeviceMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('state'),
    session: z.string(),
    feeds: z.array(FeedStatus),
    watching: z.number(),
  }),
  z.strictObject({ type: z.literal('feed'), status: FeedStatus }),
  z.strictObject({ type: z.literal('watching'), watching: z.number() }),
  /** The answer to a `talk` request that was refused. */
  z.strictObject({ type: z.literal('talk-refused'), feed: z.string(), reason: z.string() }),
  /** The session ends from the device's side; said before the connection closes. */
  z.strictObject({ type: z.literal('goodbye'), reason: z.string() }),
]);
export type DeviceMessage = z.infer<typeof DeviceMessage>;

/** Viewer to device on the `events` channel. Longer than 4 KiB is dropped unread. */
export const ViewerMessage = z.discriminatedUnion('type', [
  /** Asks for the feed's speaker, or gives it back. */
  z.strictObject({ type: z.literal('talk'), feed: z.string().max(64), on: z.boolean() }),
  /** Media may flow now: ends `standby`. */
  z.strictObject({ type: z.literal('accept') }),
]);
export type ViewerMessage = z.infer<typeof ViewerMessage>;
