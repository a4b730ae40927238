import { z } from 'zod';

/** How much it matters: `info` is noted, `warning` is shown, `critical` takes the screen. */
export const Severity = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** Something that happened, as it is kept. Times are wall time in ms. */
export const DeviceEvent = z.strictObject({
  /** Sorts by time (UUID version 7, RFC 9562, 5.7). */
  id: z.string().max(64),
  /**
   * `alarm`: a rule raised. `ring`: somebody pressed the bell. `fault`: a sensor cannot be believed. `message`: a
   * visitor spoke. `device`: something about the device itself, a disk that is full for example.
   */
  type: z.enum(['alarm', 'ring', 'fault', 'message', 'device']),
  time: z.number(),
  severity: Severity,
  /** What people read: the rule's title, the sensor's, the feed's. */
  title: z.string(),
  rule: z.string().optional(),
  sensor: z.string().optional(),
  /** The value that did it. */
  value: z.number().optional(),
  unit: z.string().optional(),
  feed: z.string().optional(),
  /** A sentence for people, where the title does not say it all. */
  detail: z.string().optional(),
  /** When the alarm was over; absent while it is raised, and for what has no end. */
  clearedAt: z.number().optional(),
  acknowledgedAt: z.number().optional(),
  acknowledgedBy: z.string().optional(),
  /** How a ring ended. */
  outcome: z.enum(['answered', 'declined', 'missed']).optional(),
  /** There is a picture of it: `/api/events/<id>.jpg`. */
  snapshot: z.boolean(),
  /** There is a film of it: `/api/clips/<clip>`, a file name with its ending. */
  clip: z.string().optional(),
});
export type DeviceEvent = z.infer<typeof DeviceEvent>;

/** How one rule stands now. Absent where it is as it should be. Times are wall time in ms. */
export const AlarmStatus = z.strictObject({
  rule: z.string(),
  title: z.string(),
  severity: Severity,
  /** `latched`: the condition is over, but nobody has acknowledged it. `shelved`: it raises nothing till `shelvedUntil`. */
  state: z.enum(['raised', 'latched', 'shelved']),
  since: z.number(),
  /** The {@link DeviceEvent} it began with; absent while shelved. */
  event: z.string().optional(),
  feed: z.string().optional(),
  sensor: z.string().optional(),
  value: z.number().optional(),
  unit: z.string().optional(),
  acknowledgedBy: z.string().optional(),
  silenced: z.boolean(),
  shelvedUntil: z.number().optional(),
  shelvedBecause: z.string().optional(),
});
export type AlarmStatus = z.infer<typeof AlarmStatus>;

/** Somebody is at the door. Times are wall time in ms; `ring` is the id of its {@link DeviceEvent}. */
export const RingStatus = z.strictObject({
  ring: z.string(),
  feed: z.string(),
  title: z.string(),
  since: z.number(),
  /** `message`: nobody came, and the visitor may speak. `over`: the last word on it. */
  state: z.enum(['ringing', 'answered', 'declined', 'missed', 'message', 'over']),
  /** Who answered or declined. */
  by: z.string().optional(),
  /** The session that has the call. */
  session: z.string().optional(),
  /** It was answered by a ready reply, which is being played: nobody has a call. */
  replying: z.boolean(),
  /** Ready replies that can be played at the door. */
  replies: z.array(z.strictObject({ reply: z.string(), title: z.string() })),
});
export type RingStatus = z.infer<typeof RingStatus>;

/** Nobody sees or hears anything until `until` (wall time in ms), or until it is switched off. */
export const PrivacyStatus = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal(false) }),
  z.strictObject({ on: z.literal(true), since: z.number(), until: z.number().optional() }),
]);
export type PrivacyStatus = z.infer<typeof PrivacyStatus>;
