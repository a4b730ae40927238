import { type Level, silenceDb } from '../media/sound/level.ts';

/** Blocks of sound to one level a window: the highest peak, or the mean power of all blocks. Pure. */
export class LevelWindow {
  readonly #windowMs: number;
  readonly #measure: 'rms' | 'peak';
  #beganMs: number | undefined;
  #peakDb = silenceDb;
  #power = 0;
  #blocks = 0;

  constructor(windowMs: number, measure: 'rms' | 'peak') {
    this.#windowMs = windowMs;
    this.#measure = measure;
  }

  /** Takes one block that began at `captureMs`; gives the level when a window is full, in dB below full scale. */
  take({ peakDb, rmsDb }: Level, captureMs: number): number | undefined {
    this.#beganMs ??= captureMs;
    this.#peakDb = Math.max(this.#peakDb, peakDb);
    this.#power += 10 ** (rmsDb / 10);
    this.#blocks += 1;
    // A block is 20 ms long: the window is full at the end of its last one.
    if (captureMs + blockMs - this.#beganMs < this.#windowMs) return undefined;
    const level = this.#measure === 'peak' ? this.#peakDb : 10 * Math.log10(this.#power / this.#blocks);
    this.#beganMs = undefined;
    this.#peakDb = silenceDb;
    this.#power = 0;
    this.#blocks = 0;
    return Math.min(0, Math.max(silenceDb, level));
  }
}

const blockMs = 20;
