import type { MonotonicMs } from '../../clock.ts';
import { blockSamples, type SoundBlock, sampleRate } from '../frame.ts';
import { blockMs } from './pacer.ts';
import { Resampler } from './resampler.ts';

const samplesPerMs = sampleRate / 1000;
/** Off by more than this is no drift: the device had a gap, and the sound after it is newer. */
const gapMs = 200;
/** Sound cards differ from the clock by 0.02 % at most, a starting one is late by some ms. */
const maxCorrection = 0.005;
/** Correction for each ms off. */
const correctionPerMs = 0.000_25;
/** Of the average error: 1/64 a block is a time constant of 1.3 s, longer than a pipe's jitter. */
const averageWeight = 1 / 64;

/**
 * Brings a sound card's samples to our clock: blocks of 20 ms whose capture times step by exactly 20 ms, so that RTP
 * timestamps have no holes, and that still tell the time after an hour, although the card's crystal is another one.
 */
export class SteadyCapture {
  readonly #resampler = new Resampler(3 * blockSamples);
  readonly #samples = new Int16Array(blockSamples);
  /** Capture time of the next block; undefined before the first sample. */
  #nextMs: number | undefined;
  #errorMs = 0;

  /** Takes samples that arrived now, the last of them just captured, and gives whole blocks. */
  push(samples: Int16Array, now: MonotonicMs, give: (block: SoundBlock) => void): void {
    for (let at = 0; at < samples.length; at += blockSamples) {
      const slice = samples.subarray(at, at + blockSamples);
      this.#resampler.write(slice);
      const waiting = this.#resampler.waiting + samples.length - at - slice.length;
      this.#steer(now - waiting / samplesPerMs);
      const step = this.#step();
      while (this.#resampler.holds(blockSamples, step)) {
        this.#resampler.read(this.#samples, step);
        give({ samples: this.#samples, captureMs: this.#nextMs as MonotonicMs });
        this.#nextMs = (this.#nextMs ?? 0) + blockMs;
      }
    }
  }

  /** Compares when the first waiting sample was captured with what the next block would say. */
  #steer(capturedMs: number): void {
    const error = capturedMs - (this.#nextMs ?? capturedMs);
    if (this.#nextMs === undefined || error > gapMs) {
      this.#nextMs = capturedMs;
      this.#errorMs = 0;
    } else {
      this.#errorMs += (error - this.#errorMs) * averageWeight;
    }
  }

  /** Sound that arrives ever later comes from a slow card: fewer of its samples make a block. */
  #step(): number {
    return 1 - Math.max(-maxCorrection, Math.min(maxCorrection, this.#errorMs * correctionPerMs));
  }
}
