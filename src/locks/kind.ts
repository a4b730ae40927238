import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Direction } from './states.ts';

/** A line that is active while something is to move, and never longer than was said. */
export interface LinePulse {
  /** Resolves when the line is inactive again. Never rejects. */
  readonly over: Promise<void>;
  /** Ends it now; resolves with `over`. Idempotent. */
  end(): Promise<void>;
}

/** A GPIO line in a profile. */
export interface DrivenLineName {
  readonly line: string | number;
  readonly chip?: string | undefined;
  readonly activeLow: boolean;
}

/** What locks use of the device's buses. */
export interface LockBuses {
  readonly gpio: {
    /** @throws VedetteError of the codes `gpio/…` */
    check(line: { readonly line: string | number; readonly chip?: string | undefined }): Promise<void>;
    /**
     * Makes the line inactive and gives it back.
     * @throws VedetteError of the codes `gpio/…`
     */
    rest(line: DrivenLineName): Promise<void>;
    /**
     * Resolves when the line is active. It is so for at most `ms`, whatever becomes of this process.
     * @throws VedetteError of the codes `gpio/…`; then it was not active
     */
    pulse(line: DrivenLineName, ms: number): Promise<LinePulse>;
  };
  /** Undefined where the profile names no broker. */
  readonly mqtt:
    | {
        readonly connected: boolean;
        publish(
          topic: string,
          payload: string,
          options: { readonly qos: 0; readonly retain: false },
        ): Promise<void>;
        onStatus(listener: () => void): () => void;
        start(): void;
      }
    | undefined;
}

/** What a driver is opened with. */
export interface LockParts {
  readonly buses: LockBuses;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a driver did. */
export type Driven =
  | { readonly result: 'done' }
  /** `moved`: it may have moved all the same. */
  | { readonly result: 'failed'; readonly moved: boolean; readonly error: VedetteError };

/** What moves one lock. One move at a time: the signal of the one before is aborted first. */
export interface LockDriver {
  /**
   * Brings what it drives to rest, and moves nothing. Says how the lock stands, where it knows.
   * @param blocked told when it cannot unlock, and without a reason when it can again
   * @throws VedetteError why it cannot drive now; it is started again later
   */
  start(blocked: (reason: VedetteError | undefined) => void): Promise<'locked' | 'unlocked' | undefined>;
  /**
   * Resolves when its part is done: what is energised for a while stays so until `signal` aborts, or its limit.
   * @param signal aborts when something else is wanted; what is energised ends then
   */
  drive(to: Direction, signal: AbortSignal): Promise<Driven>;
  /** Nothing is energised any more. Idempotent. */
  stop(): Promise<void>;
}

/** What `vedette check` says of a lock. */
export interface LockNote {
  /** A sentence: who can open it, or what is there. */
  readonly text: string;
  /** It cannot work like this. */
  readonly problem?: VedetteError;
}

/** A kind of lock: one file, and one row in `kinds.ts`. */
export interface LockKind<Schema extends z.ZodObject> {
  readonly kind: string;
  /** The keys that stand in the profile beside `kind`. */
  readonly options: Schema;
  /** It locks by itself after so long, ms; undefined where it stays as it was put. */
  holdsMs(options: z.output<Schema>): number | undefined;
  /** What people should know before it runs. Moves nothing. */
  check?(options: z.output<Schema>, buses: LockBuses): Promise<readonly LockNote[]>;
  open(options: z.output<Schema>, parts: LockParts): LockDriver;
}
