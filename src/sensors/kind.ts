import type { z } from 'zod';
import type { Buses } from '../buses/buses.ts';
import type { Clock, MonotonicMs } from '../clock.ts';
import type { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Camera } from '../media/camera.ts';
import type { Microphone } from '../media/sound/microphone.ts';
import type { DurationMs } from '../protocol/duration.ts';

/** Where a sensor's values go. Called synchronously, in order; `ended` last and at most once. */
export interface SensorSink {
  /**
   * Any number, NaN included: the watch judges. Booleans are 0 and 1.
   *
   * @param at when it was true, where the source knows (the kernel's time of an edge); now otherwise
   */
  value(value: number, at?: MonotonicMs): void;
  /** The device behind it says that it is away. The source goes on, and its next value says that it is back. */
  away(reason: VedetteError): void;
  /** The source gave up by itself: unplugged, refused, its bus is gone. Never called for `stop`. */
  ended(reason: VedetteError): void;
}

/** One opened sensor: a single run. It does not restart itself; `Sensors` does, with backoff. */
export interface SensorSource {
  /** Opens it. Failures arrive at `sink.ended`, never as a throw. */
  start(sink: SensorSink): void;
  /**
   * Polled kinds only: reads one value. Called once a period after `start`, never twice at the same time. A rejection
   * is one failed reading, tried again next period; three in a row are a fault, and the sensor is opened anew. What is
   * gone for good calls `sink.ended` instead.
   */
  read?(): Promise<number>;
  /** Simulated kinds only: a person says what it measures. */
  set?(value: number): void;
  /** Closes it and gives back every process, timer and descriptor. Idempotent. */
  stop(): Promise<void>;
}

/** What sensors are opened with. */
export interface SensorParts {
  readonly buses: Buses;
  /** The camera of a feed; undefined where there is no such feed. */
  camera(feed: string): Camera | undefined;
  /** The microphone of a feed; undefined where it has none. */
  microphone(feed: string): Microphone | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a sensor's values are like, where the profile does not say otherwise. */
export interface SensorNature {
  /** `boolean`: its values are 0 and 1. */
  readonly type: 'number' | 'boolean';
  /** As it is written behind the value; empty for none. */
  readonly unit: string;
  /** Digits behind the point, for people. */
  readonly decimals: number;
  /**
   * Polled kinds: how often it is read. Others: how often it says something by itself; absent where it speaks only when
   * there is something to say, so that its silence is no fault.
   */
  readonly period?: DurationMs;
  /** The values that can be true. */
  readonly range?: readonly [least: number, most: number];
  /** Whether a person may set it: its source has `set`. */
  readonly settable?: boolean;
}

/** A kind of sensor: one file, and one row in `kinds.ts`. */
export interface SensorKind<Schema extends z.ZodObject> {
  readonly kind: string;
  /** The keys that stand in the profile beside `kind` and those of all sensors (`settings.ts`). */
  readonly options: Schema;
  nature(options: z.output<Schema>): SensorNature;
  /**
   * For `vedette check`: whether this machine has what the sensor needs. Opens nothing for longer than the question.
   *
   * @throws VedetteError with its cure, where something is missing
   */
  check?(options: z.output<Schema>, parts: SensorParts): Promise<void>;
  open(options: z.output<Schema>, parts: SensorParts): SensorSource;
}
