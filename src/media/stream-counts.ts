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
  /** Since when those who listen have had no picture; undefined where nobody listens, and for sound. */
  readonly waitingSinceMs: MonotonicMs | undefined;
}

/** Counts one encoded stream. */
export class StreamMeter {
  #frames = 0;
  #bytes = 0;
  #restarts = 0;
  #newestMs: MonotonicMs | undefined;
  #listenedMs: MonotonicMs | undefined;

  get counts(): StreamCounts {
    return {
      frames: this.#frames,
      bytes: this.#bytes,
      restarts: this.#restarts,
      newestMs: this.#newestMs,
      waitingSinceMs: this.#waitingSinceMs,
    };
  }

  /** The first listener came. */
  listened(now: MonotonicMs): void {
    this.#listenedMs = now;
  }

  /** The last one went. */
  left(): void {
    this.#listenedMs = undefined;
  }

  frame({ data, captureMs }: EncodedFrame): void {
    this.#frames += 1;
    this.#bytes += data.length;
    this.#newestMs = captureMs;
  }

  restart(): void {
    this.#restarts += 1;
  }

  get #waitingSinceMs(): MonotonicMs | undefined {
    if (this.#listenedMs === undefined || this.#newestMs === undefined) return this.#listenedMs;
    return this.#newestMs > this.#listenedMs ? this.#newestMs : this.#listenedMs;
  }
}
