import type { MonotonicMs } from '../clock.ts';
import { nutTicksPerSecond } from './nut-writer.ts';

const ticksPerMs = nutTicksPerSecond / 1000;
/** More frames than any encoder holds; older ones never came out. */
const rememberedFrames = 256;

/**
 * Timestamps of the frames inside an encoder, in 1/90000 s: even, and made odd where a keyframe is wanted at exactly
 * that frame, which the encoder's `-force_key_frames` expression sees. Pure; remembers each frame's exact time.
 */
export class EncoderTimes {
  readonly #ordered: boolean;
  #last = 0;
  readonly #captured = new Map<number, MonotonicMs>();

  /** `ordered`: frames go in as they were captured, unlike H.264 with B-frames, whose decoder reorders them. */
  constructor(ordered: boolean) {
    this.#ordered = ordered;
  }

  /** Frames that went in and neither came out nor were overtaken. */
  get inside(): number {
    return this.#captured.size;
  }

  /** When the frame was captured that is inside for the longest. */
  get oldestMs(): MonotonicMs | undefined {
    return this.#captured.values().next().value;
  }

  /** The timestamp under which a frame goes in; where they are ordered, always greater than the one before. */
  enter(captureMs: MonotonicMs, keyframe: boolean): number {
    const nearest = Math.round((captureMs * ticksPerMs) / 2) * 2;
    const even = this.#ordered ? Math.max(nearest, this.#last + 2) : nearest;
    const pts = keyframe ? even + 1 : even;
    this.#last = even;
    this.#captured.set(pts, captureMs);
    if (this.#captured.size > rememberedFrames) this.#forgetFirst();
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
      if (entered <= pts) this.#captured.delete(entered);
    }
  }

  #forgetFirst(): void {
    const [first] = this.#captured.keys();
    if (first !== undefined) this.#captured.delete(first);
  }
}
