import type { MonotonicMs } from '../clock.ts';
import { nutTicksPerSecond } from './nutWriter.ts';

const ticksPerMs = nutTicksPerSecond / 1000;
/** More frames than any encoder holds; older ones never came out. */
const rememberedFrames = 256;

/**
 * Timestamps of the frames inside an encoder, in 1/90000 s: even, and made odd where a keyframe is wanted at exactly
 * that frame, which the encoder's `-force_key_frames` expression sees. Pure; remembers each frame's exact time.
 */
export class EncoderTimes {
  #last = 0;
  readonly #captured = new Map<number, MonotonicMs>();

  /** Frames that went in and neither came out nor were overtaken. */
  get inside(): number {
    return this.#captured.size;
  }

  /** When the frame was captured that is inside for the longest. */
  get oldestMs(): MonotonicMs | undefined {
    return this.#captured.values().next().value;
  }

  /** The timestamp under which a frame goes in; always greater than the one before. */
  enter(captureMs: MonotonicMs, keyframe: boolean): number {
    const even = Math.max(Math.round((captureMs * ticksPerMs) / 2) * 2, this.#last + 2);
    const pts = keyframe ? even + 1 : even;
    this.#last = even;
    this.#captured.set(pts, captureMs);
    if (this.#captured.size > rememberedFrames) this.#forgetUpTo(Math.min(...this.#captured.keys()));
    return pts;
  }

  /** The capture time of a frame that came out; frames before it will come no more. */
  leave(pts: number): MonotonicMs {
    const captureMs = this.#captured.get(pts) ?? ((pts / ticksPerMs) as MonotonicMs);
    this.#forgetUpTo(pts);
    return captureMs;
  }

  #forgetUpTo(pts: number): void {
    for (const entered of this.#captured.keys()) {
      if (entered > pts) return;
      this.#captured.delete(entered);
    }
  }
}
