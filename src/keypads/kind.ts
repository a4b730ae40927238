import type { z } from 'zod';
import type { MqttBus } from '../buses/mqtt.ts';
import type { LineListener } from '../buses/serial-line.ts';
import type { SerialSettings } from '../buses/serial-port.ts';
import type { VedetteError } from '../errors.ts';

/** What a key means. */
export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | 'enter' | 'clear';

/** Where a keypad's keys go. Called synchronously, in order; `ended` last and at most once. */
export interface KeypadSink {
  key(key: Key): void;
  /** A whole code, entered: of keypads that keep the keys to themselves. Any text. */
  code(text: string): void;
  /** It gave up by itself: unplugged, refused. Never called for `stop`. */
  ended(reason: VedetteError): void;
}

/** One opened keypad: a single run. It does not restart itself; `Keypad` does, with backoff. */
export interface KeypadSource {
  /** Opens it. Failures arrive at `sink.ended`, never as a throw. */
  start(sink: KeypadSink): void;
  /** Closes it and gives back every process, timer and descriptor. Idempotent. */
  stop(): Promise<void>;
}

/** What keypads use of the device's buses. */
export interface KeypadBuses {
  /** @throws VedetteError `serial/unusable` where a sensor has set the line otherwise */
  serial(settings: SerialSettings): {
    listen(listener: LineListener): () => Promise<void>;
    opened(): Promise<void>;
  };
  /** @throws VedetteError `mqtt/not-configured` */
  readonly broker: Pick<MqttBus, 'subscribe'>;
}

/** What `vedette check` says of a keypad. */
export interface KeypadNote {
  /** A sentence: who reads its codes, or what is there. */
  readonly text: string;
  /** It cannot work like this. */
  readonly problem?: VedetteError;
}

/** A kind of keypad: one file, and one row in `kinds.ts`. */
export interface KeypadKind<Schema extends z.ZodObject> {
  readonly kind: string;
  /** The keys that stand in the profile beside `kind` and those of all keypads (`settings.ts`). */
  readonly options: Schema;
  /**
   * What people should know before it runs.
   * @throws VedetteError with its cure, where something is missing
   */
  check(options: z.output<Schema>, buses: KeypadBuses): Promise<readonly KeypadNote[]>;
  open(options: z.output<Schema>, buses: KeypadBuses): KeypadSource;
}
