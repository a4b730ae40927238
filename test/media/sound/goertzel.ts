import { sampleRate } from '../../../src/media/frame.ts';

/** The strength of one frequency in samples, as the amplitude (0 to 32767) of the sine that would have it. */
export function strength(samples: Int16Array, frequency: number): number {
  const w = (2 * Math.PI * frequency) / sampleRate;
  let re = 0;
  let im = 0;
  for (let i = 0; i < samples.length; i++) {
    const window = 1 - Math.cos((2 * Math.PI * i) / samples.length); // Hann, mean 1
    re += samples[i]! * window * Math.cos(w * i);
    im += samples[i]! * window * Math.sin(w * i);
  }
  return (2 * Math.hypot(re, im)) / samples.length;
}

/** The strongest of the frequencies 100, 150, … 4000 Hz. */
export function strongest(samples: Int16Array): number {
  let best = 0;
  let found = 0;
  for (let frequency = 100; frequency <= 4000; frequency += 50) {
    const s = strength(samples, frequency);
    if (s > best) [best, found] = [s, frequency];
  }
  return found;
}

/** A sine, from a phase of 0. */
export function sine(frequency: number, samples: number, amplitude = 8000): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * frequency * i) / sampleRate)),
  );
}

/** All blocks behind one another. */
export function join(blocks: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
