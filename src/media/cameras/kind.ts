import type { z } from 'zod';
import type { VedetteError } from '../../errors.ts';
import type { NativeFormat, NativeFrame } from '../frame.ts';

/** Where a camera's frames go. Called synchronously, in order; `ended` last and at most once. */
export interface CameraSink {
  /** Once, before the first frame. */
  format(format: NativeFormat): void;
  frame(frame: NativeFrame): void;
  /** The source gave up by itself: unplugged, refused, its process died. Never called for `stop`. */
  ended(reason: VedetteError): void;
}

/** One opened camera: a single run. It does not restart itself; `Camera` does, with backoff. */
export interface CameraSource {
  /** Opens it. Failures arrive at `sink.ended`, never as a throw. */
  start(sink: CameraSink): void;
  /** Closes it and gives back every process and descriptor. Idempotent. */
  stop(): Promise<void>;
}

/** A kind of camera: one file, and one row in `kinds.ts`. */
export interface CameraKind<Schema extends z.ZodType> {
  readonly kind: string;
  /** The keys that stand in the profile beside `kind`. */
  readonly options: Schema;
  open(options: z.output<Schema>): CameraSource;
}
