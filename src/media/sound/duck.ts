import { sampleRate } from '../frame.ts';
import { amplitude } from './gain.ts';

/** How far the microphone goes down while somebody talks: an open-air loop of speaker and microphone stays below 1. */
const duckedDb = -20;
/** It stays down this long after the last word: the room's echo, and what the speaker has not played yet. */
const holdMs = 300;
/** Down fast, so that the first syllable does not come back; slow enough that the step is no click. */
const attackMs = 10;
/** Up slowly, so that the returning room noise is not heard as a jump. */
const releaseMs = 100;

const samplesPerMs = sampleRate / 1000;
const ducked = amplitude(duckedDb);
const attackStep = (1 - ducked) / (attackMs * samplesPerMs);
const releaseStep = (1 - ducked) / (releaseMs * samplesPerMs);

/**
 * Lowers a microphone by 20 dB while somebody talks through the speaker beside it, so that a doorbell without an echo
 * canceller does not howl. Its time is counted in samples.
 */
export class Ducker {
  #talking = false;
  #holdSamples = 0;
  #factor = 1;

  /** Somebody talks, or has stopped to. */
  duck(talking: boolean): void {
    if (this.#talking && !talking) this.#holdSamples = holdMs * samplesPerMs;
    this.#talking = talking;
  }

  /** What samples are multiplied with at the moment, 0.1 to 1. */
  get factor(): number {
    return this.#factor;
  }

  /** Lowers samples in place. */
  process(samples: Int16Array): void {
    if (!this.#talking && this.#factor === 1) {
      this.#holdSamples = 0;
      return;
    }
    for (let i = 0; i < samples.length; i++) {
      const down = this.#talking || this.#holdSamples > 0;
      if (!this.#talking && this.#holdSamples > 0) this.#holdSamples--;
      this.#factor = down
        ? Math.max(ducked, this.#factor - attackStep)
        : Math.min(1, this.#factor + releaseStep);
      samples[i] = Math.round((samples[i] ?? 0) * this.#factor);
    }
  }
}
