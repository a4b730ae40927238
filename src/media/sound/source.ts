import type { VedetteError } from '../../errors.ts';
import type { SoundBlock } from '../frame.ts';

/** What a speaker pulls every 20 ms while somebody talks. */
export type OpusPull =
  /** The packet whose turn it is. */
  | { readonly kind: 'packet'; readonly payload: Uint8Array }
  /** It was lost; `next`, where it is here already, may carry its FEC (RFC 6716, 2.1.7). */
  | { readonly kind: 'lost'; readonly next?: Uint8Array }
  /** Nothing is expected yet: before the first packet, or the talker paused. */
  | { readonly kind: 'empty' };

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
