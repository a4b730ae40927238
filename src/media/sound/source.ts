import type { VedetteError } from '../../errors.ts';
import type { OpusPull, SoundBlock } from '../frame.ts';

/** A talker's Opus, in playing order; made by `session` from a jitter buffer. */
export interface OpusSource {
  pull(): OpusPull;
  /** How much is waiting, ms, averaged; above or below the target, the speaker resamples to drift back. */
  readonly depthMs: number;
  readonly targetMs: number;
}

/** Where a microphone's sound goes. Called synchronously, in order; `ended` last and at most once. */
export interface SoundSink {
  /** The samples may be changed in place, and are overwritten after the call: whoever keeps them copies them. */
  block(block: SoundBlock): void;
  /** The source gave up by itself: unplugged, refused, its process died. Never called for `stop`. */
  ended(reason: VedetteError): void;
}

/** One opened microphone: a single run. It does not restart itself; `Microphone` does, with backoff. */
export interface SoundSource {
  /** Opens it. Failures arrive at `sink.ended`, never as a throw. */
  start(sink: SoundSink): void;
  /** Closes it and gives back every process and timer. Idempotent. */
  stop(): Promise<void>;
}
