import { z } from 'zod';
import { AlarmStatus, DeviceEvent, PrivacyStatus, RingStatus } from './alarm.ts';
import { LockStatus } from './lock.ts';
import { SensorDescription, SensorState } from './reading.ts';
import { Refused } from './refused.ts';
import { Confirmation } from './second-step.ts';

/** Why nobody can be let in, nothing unlocked and nothing granted. */
export const TrustTrouble = z.strictObject({ code: z.string(), reason: z.string() });
export type TrustTrouble = z.infer<typeof TrustTrouble>;

/** Somebody who watches, as people know them. */
export const Watcher = z.strictObject({ session: z.string(), name: z.string(), feeds: z.array(z.string()) });
export type Watcher = z.infer<typeof Watcher>;

/** What is the case with a feed's camera. `since` is wall time in ms. */
export const CameraStatus = z.discriminatedUnion('state', [
  /** Nobody looks; the camera is closed. */
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({ state: z.literal('starting'), since: z.number() }),
  z.strictObject({ state: z.literal('live'), since: z.number() }),
  /** Unplugged, hung or refused; it is tried again by itself. */
  z.strictObject({ state: z.literal('away'), since: z.number(), reason: z.string() }),
  /** Closed, whoever wants it, until privacy mode ends. */
  z.strictObject({ state: z.literal('private'), since: z.number() }),
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
  /** Why this session gets its picture, or does not. `standby`: connected, nothing flows. */
  flow: z.enum(['standby', 'watching', 'called']),
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
    /** Who; for those with `admin` alone. */
    watchers: z.array(Watcher).optional(),
    sensors: z.array(z.strictObject({ description: SensorDescription, state: SensorState })),
    alarms: z.array(AlarmStatus),
    rings: z.array(RingStatus),
    locks: z.array(LockStatus),
    privacy: PrivacyStatus,
    /** Unlocks of others that wait for a second person. */
    confirmations: z.array(Confirmation),
    /** Absent while all is well with the trust store. */
    trust: TrustTrouble.optional(),
  }),
  z.strictObject({ type: z.literal('feed'), status: FeedStatus }),
  z.strictObject({
    type: z.literal('watching'),
    watching: z.number(),
    watchers: z.array(Watcher).optional(),
  }),
  /** A value that changes slowly, or a sensor that failed or came back. */
  z.strictObject({ type: z.literal('sensor'), state: SensorState }),
  /** A rule raised, changed, or is as it should be again (`status` absent). */
  z.strictObject({ type: z.literal('alarm'), rule: z.string(), status: AlarmStatus.optional() }),
  z.strictObject({ type: z.literal('ring'), status: RingStatus }),
  z.strictObject({ type: z.literal('lock'), status: LockStatus }),
  /** Somebody else's unlock waits for a second person, or does not any more. */
  z.strictObject({ type: z.literal('confirm'), confirmation: Confirmation }),
  z.strictObject({ type: z.literal('confirm-over'), confirmation: Confirmation }),
  /** Something happened, or what is known of it grew: a picture, a clip, an acknowledgement. */
  z.strictObject({ type: z.literal('event'), event: DeviceEvent }),
  z.strictObject({ type: z.literal('privacy'), privacy: PrivacyStatus }),
  /** The trust store got into trouble; it stays so until the device is started anew. */
  z.strictObject({ type: z.literal('trust'), trouble: TrustTrouble }),
  /** What the viewer asked for was refused, for this reason. */
  z.strictObject({ type: z.literal('refused'), request: z.string(), ...Refused.shape }),
  /** The answer to a `talk` request that was refused. */
  z.strictObject({ type: z.literal('talk-refused'), feed: z.string(), ...Refused.shape }),
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
  /** Nothing may flow any more, until `accept`, an alarm or a ring. The connection stays. */
  z.strictObject({ type: z.literal('standby') }),
  /** What the others read when this viewer answers or acknowledges. */
  z.strictObject({ type: z.literal('name'), name: z.string().min(1).max(40) }),
  z.strictObject({ type: z.literal('acknowledge'), rule: z.string().max(64) }),
  /** Its sound stops here and on the others' pages; it stays raised. */
  z.strictObject({ type: z.literal('silence'), rule: z.string().max(64) }),
  /** It raises nothing for so long. 0 minutes end it. */
  z.strictObject({
    type: z.literal('shelve'),
    rule: z.string().max(64),
    minutes: z.number().min(0).max(10_080),
    reason: z.string().max(200),
  }),
  z.strictObject({ type: z.literal('answer'), ring: z.string().max(64) }),
  z.strictObject({ type: z.literal('decline'), ring: z.string().max(64) }),
  /** Plays a ready reply at the door, and so answers it for everybody. */
  z.strictObject({ type: z.literal('reply'), ring: z.string().max(64), reply: z.string().max(64) }),
  z.strictObject({ type: z.literal('hang-up'), ring: z.string().max(64) }),
  /** Closes cameras and microphones; `minutes` absent: until it is switched off. */
  z.strictObject({
    type: z.literal('privacy'),
    on: z.boolean(),
    minutes: z.number().min(1).max(10_080).optional(),
  }),
  /** Sets a simulated sensor. */
  z.strictObject({ type: z.literal('simulate'), sensor: z.string().max(64), value: z.number() }),
]);
export type ViewerMessage = z.infer<typeof ViewerMessage>;
