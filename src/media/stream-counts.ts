import type { MonotonicMs } from '../clock.ts';
import type { EncodedFrame } from './frame.ts';

/** What one encoded stream has done since the device started. */
export interface StreamCounts {
  /** Frames, or packets of sound, that it gave. */
  readonly frames: number;
  readonly bytes: number;
  /** How often its encoder ended by itself and was started again. */
  readonly restarts: number;
  /** When its newest frame was captured; undefined before the first. */
  readonly newestMs: MonotonicMs | undefined;
}

/** Counts one encoded stream. */
export class StreamMeter {
  #frames = 0;
  #bytes = 0;
  #restarts = 0;
  #newestMs: MonotonicMs | undefined;

  get counts(): StreamCounts {
    return { frames: this.#frames, bytes: this.#bytes, restarts: this.#restarts, newestMs: this.#newestMs };
  }

  frame({ data, captureMs }: EncodedFrame): void {
    this.#frames += 1;
    this.#bytes += data.length;
    this.#newestMs = captureMs;
  }

  restart(): void {
    this.#restarts += 1;
  }
}
