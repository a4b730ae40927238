/** Samples kept for interpolation on either side. */
const before = 1;
const after = 2;

/**
 * Plays samples a little faster or slower than they came, by cubic (Catmull-Rom) interpolation: enough for the few
 * tenths of a percent by which two clocks differ. Holds at most `capacity` samples; nothing is allocated on the way.
 */
export class Resampler {
  readonly #samples: Int16Array;
  /** Samples in `#samples`. */
  #length = before;
  /** Where the next sample to be read lies between the stored ones. */
  #position = before;

  constructor(capacity: number) {
    this.#samples = new Int16Array(before + capacity + after);
  }

  /** Samples written and not read yet. */
  get waiting(): number {
    return this.#length - this.#position;
  }

  /** Forgets what is waiting. */
  clear(): void {
    this.#samples.fill(0, 0, before);
    this.#length = before;
    this.#position = before;
  }

  /** Adds samples behind what is waiting; those that do not fit are left out. */
  write(samples: Int16Array): void {
    const room = this.#samples.length - this.#length;
    const taken = samples.length <= room ? samples : samples.subarray(0, room);
    this.#samples.set(taken, this.#length);
    this.#length += taken.length;
  }

  /** Whether `count` samples can be read at this step. */
  holds(count: number, step: number): boolean {
    return Math.floor(this.#position + (count - 1) * step) + after < this.#length;
  }

  /**
   * Fills `out` at `step` stored samples for each one given; {@link holds} must have said yes.
   *
   * @param step 1 is as it came, 1.005 is half a percent faster.
   */
  read(out: Int16Array, step: number): void {
    const samples = this.#samples;
    let position = this.#position;
    for (let i = 0; i < out.length; i++) {
      const at = position | 0;
      const t = position - at;
      const a = samples[at - 1] ?? 0;
      const b = samples[at] ?? 0;
      const c = samples[at + 1] ?? 0;
      const d = samples[at + 2] ?? 0;
      const value = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      // An overshoot beyond 16 bits stays at their edge; half is added for rounding, because a store cuts.
      out[i] = value >= 32_767 ? 32_767 : value <= -32_768 ? -32_768 : Math.floor(value + 0.5);
      position += step;
    }
    const used = Math.floor(position) - before;
    samples.copyWithin(0, used, this.#length);
    this.#length -= used;
    this.#position = position - used;
  }
}
