import { z } from 'zod';

/** A sensor's name: words of small letters, digits and `_`, with dots between them, so that rules can name it. */
export const SensorName = z
  .string()
  .max(64)
  .regex(
    /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/,
    'small letters, digits and _, words with dots between them: machine.temperature',
  );

/** What people and rules know of a sensor before it says anything. */
export const SensorDescription = z.strictObject({
  sensor: z.string(),
  title: z.string(),
  /** As it is written behind the value: `°C`, `%`, `lx`; empty for none. */
  unit: z.string(),
  /** `boolean`: its values are 0 and 1. */
  type: z.enum(['number', 'boolean']),
  /** The values that can be true; others are faults. */
  range: z.tuple([z.number(), z.number()]).optional(),
  /** Digits behind the point, for people. */
  decimals: z.int().min(0).max(6),
  /** Where rules draw the line. */
  limits: z.array(
    z.strictObject({
      rule: z.string(),
      severity: z.enum(['info', 'warning', 'critical']),
      side: z.enum(['above', 'below']),
      value: z.number(),
    }),
  ),
  /** A person may set it: it is simulated. */
  settable: z.boolean(),
});
export type SensorDescription = z.infer<typeof SensorDescription>;

/** One value of one sensor. Booleans are 0 and 1. `time` is wall time in ms, for people; rules never use it. */
export const Reading = z.strictObject({
  sensor: z.string(),
  value: z.number(),
  unit: z.string(),
  time: z.number(),
});
export type Reading = z.infer<typeof Reading>;

/** Why a sensor's word cannot be used. */
export const FaultReason = z.enum([
  /** Gone, refused, or its bus is. */
  'unavailable',
  /** Nothing for three periods. */
  'missing',
  /** Outside its range, or no number. */
  'out-of-range',
  /** Has not changed for longer than it can be true. */
  'stuck',
]);
export type FaultReason = z.infer<typeof FaultReason>;

/** What is the case with a sensor. `since` is wall time in ms. */
export const SensorState = z.discriminatedUnion('state', [
  /** Nothing yet. */
  z.strictObject({ state: z.literal('waiting'), sensor: z.string() }),
  z.strictObject({ state: z.literal('well'), sensor: z.string(), reading: Reading }),
  z.strictObject({
    state: z.literal('fault'),
    sensor: z.string(),
    reason: FaultReason,
    /** A sentence for people. */
    detail: z.string(),
    since: z.number(),
    /** Its last good word. */
    reading: Reading.optional(),
  }),
]);
export type SensorState = z.infer<typeof SensorState>;

/**
 * Device to viewer on the `telemetry` data channel (unordered, no retransmission): the newest values of what changes
 * fast. One that arrives with a lower `seq` than one before it is old and dropped.
 */
export const TelemetryMessage = z.strictObject({
  seq: z.int().min(0),
  /** Wall time in ms. */
  time: z.number(),
  values: z.record(z.string(), z.number()),
});
export type TelemetryMessage = z.infer<typeof TelemetryMessage>;
