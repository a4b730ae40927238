import type { z } from 'zod';
import type { VedetteError } from '../../../errors.ts';

/** What a speaker's device tells. `ended` last and at most once. */
export interface SpeakerEvents {
  /** The device is open and takes sound: what is played from now on is heard. */
  ready(): void;
  /** So many ms of all that was given to `play` have left for the hardware. */
  played(ms: number): void;
  /** It gave up by itself: unplugged, refused, its process died. Never called for `stop`. */
  ended(reason: VedetteError): void;
}

/** One opened speaker: a single run. It does not restart itself; `Speaker` does, with backoff. */
export interface SpeakerDevice {
  /** Opens it. Failures arrive at `events.ended`, never as a throw. */
  start(events: SpeakerEvents): void;
  /** 20 ms to be heard next; once every 20 ms, after `ready`. The samples are overwritten after the call. */
  play(samples: Int16Array): void;
  /** Closes it and gives back every process and descriptor. Idempotent. */
  stop(): Promise<void>;
}

/** A kind of speaker: one file, and one row in `kinds.ts`. */
export interface SpeakerKind<Schema extends z.ZodObject> {
  readonly kind: string;
  /** The keys that stand in the profile beside `kind`. */
  readonly options: Schema;
  open(options: z.output<Schema>): SpeakerDevice;
}
