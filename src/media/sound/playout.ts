import { blockSamples, sampleRate } from '../frame.ts';
import { Resampler } from './resampler.ts';
import type { OpusSource } from './source.ts';

/** Speech played 0.5 % faster or slower is not heard as such; sound cards differ by 0.02 % at most. */
const maxCorrection = 0.005;
/** Correction for each ms off target: 20 ms are the most, and 200 ppm of drift are held 1 ms from the target. */
const correctionPerMs = 0.000_25;
/** The longest Opus packet, 120 ms (RFC 6716, 3.2.5), on top of what one block may leave over. */
const capacity = 0.12 * sampleRate + 2 * blockSamples;
/** How fast sound ends in a pause, and begins after it: without it, a click. */
const fadeSamples = 240;

/** Turns one talker's packets into samples; broken ones are concealed, never thrown. */
export interface VoiceDecoder {
  decode(packet: Uint8Array): Int16Array;
  /** What was lost just before `next`, from its FEC (RFC 6716, 2.1.7). */
  recover(next: Uint8Array): Int16Array;
  /** Something that could have been there. */
  conceal(): Int16Array;
  free(): void;
}

/** What a block came from: `voice` where a packet was played, `concealed` where none came, `silence` in pauses. */
export type Played = 'voice' | 'concealed' | 'silence';

/**
 * The arithmetic of a speaker: pulls packets when samples run short, decodes or conceals, and stretches what it plays
 * so that the talker's buffer stays at its target although two clocks never agree.
 */
export class Playout {
  readonly #source: OpusSource;
  readonly #decoder: VoiceDecoder;
  readonly #resampler = new Resampler(capacity);
  #silent = true;

  constructor(source: OpusSource, decoder: VoiceDecoder) {
    this.#source = source;
    this.#decoder = decoder;
  }

  /** Fills the next 20 ms. To be called once every 20 ms. */
  next(out: Int16Array): Played {
    const step = 1 + correction(this.#source.depthMs - this.#source.targetMs);
    let played: Played = this.#silent ? 'silence' : 'voice';
    while (!this.#resampler.holds(out.length, step)) {
      const pull = this.#source.pull();
      if (pull.kind === 'empty') {
        this.#pause(out, step);
        return 'silence';
      }
      played = pull.kind === 'packet' ? 'voice' : 'concealed';
      if (pull.kind === 'packet') this.#resume(this.#decoder.decode(pull.payload));
      else this.#resume(pull.next ? this.#decoder.recover(pull.next) : this.#decoder.conceal());
    }
    this.#resampler.read(out, step);
    return played;
  }

  /** The first samples after a pause fade in. They are the decoder's own copy, so they may be changed. */
  #resume(samples: Int16Array): void {
    if (this.#silent) fade(samples, 0, 1);
    this.#silent = false;
    this.#resampler.write(samples);
  }

  /** The talker paused: the last sound fades out, and silence follows it. */
  #pause(out: Int16Array, step: number): void {
    if (!this.#silent) {
      this.#silent = true;
      const tail = this.#decoder.conceal();
      fade(tail, 1, 0);
      this.#resampler.write(tail);
    }
    while (!this.#resampler.holds(out.length, step)) this.#resampler.write(quiet);
    this.#resampler.read(out, step);
  }
}

const quiet = new Int16Array(blockSamples);

function correction(offTargetMs: number): number {
  return Math.max(-maxCorrection, Math.min(maxCorrection, offTargetMs * correctionPerMs));
}

/** Scales the beginning from one factor to the other, and the rest by the latter. */
function fade(samples: Int16Array, from: number, to: number): void {
  for (let i = 0; i < samples.length; i++) {
    const t = Math.min(1, i / fadeSamples);
    samples[i] = Math.round((samples[i] ?? 0) * (from + (to - from) * t));
  }
}
