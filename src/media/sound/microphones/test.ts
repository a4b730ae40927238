import { z } from 'zod';
import { type Clock, systemClock } from '../../../clock.ts';
import { blockSamples, sampleRate } from '../../frame.ts';
import { blockMs, Pacer } from '../pacer.ts';
import type { SoundSink, SoundSource } from '../source.ts';
import type { MicrophoneKind } from './kind.ts';

/** Highest tone that an Opus voice at fullband carries unchanged, Hz. */
const maxFrequency = 16_000;

export const TestMicrophoneOptions = z.strictObject({
  frequency: z.number().min(20).max(maxFrequency).default(1000).describe('Of the tone, Hz'),
  level: z.number().min(-96).max(0).default(-20).describe('Of the tone, dB below full scale'),
});
export type TestMicrophoneOptions = z.output<typeof TestMicrophoneOptions>;

/** A steady sine made in process: the microphone of the demo, and of tests that look for its frequency. */
export const testMicrophone: MicrophoneKind<typeof TestMicrophoneOptions> = {
  kind: 'test',
  options: TestMicrophoneOptions,
  open: (options) => new TestMicrophone(options, systemClock),
};

/** See {@link testMicrophone}. */
export class TestMicrophone implements SoundSource {
  readonly #options: TestMicrophoneOptions;
  readonly #samples = new Int16Array(blockSamples);
  readonly #pacer: Pacer;
  #sink: SoundSink | undefined;
  #phase = 0;

  constructor(options: TestMicrophoneOptions, clock: Clock) {
    this.#options = options;
    this.#pacer = new Pacer(clock, (due) => {
      this.#fill();
      // A block is handed on when its last sample has passed, like a real one: its first was 20 ms ago.
      this.#sink?.block({ samples: this.#samples, captureMs: (due - blockMs) as typeof due });
    });
  }

  start(sink: SoundSink): void {
    this.#sink = sink;
    this.#pacer.start();
  }

  stop(): Promise<void> {
    this.#pacer.stop();
    this.#sink = undefined;
    return Promise.resolve();
  }

  #fill(): void {
    const step = (2 * Math.PI * this.#options.frequency) / sampleRate;
    const peak = 32_767 * 10 ** (this.#options.level / 20);
    for (let i = 0; i < blockSamples; i++) {
      this.#samples[i] = Math.round(peak * Math.sin(this.#phase));
      this.#phase = (this.#phase + step) % (2 * Math.PI);
    }
  }
}
