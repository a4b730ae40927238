const maxSample = 32_767;
const minSample = -32_768;

/** Decibels to a factor on samples. */
export function amplitude(db: number): number {
  return 10 ** (db / 20);
}

/** Multiplies samples in place. What would leave 16 bits stays at their edge instead of wrapping around. */
export function applyGain(samples: Int16Array, factor: number): void {
  if (factor === 1) return;
  for (let i = 0; i < samples.length; i++) {
    samples[i] = Math.min(maxSample, Math.max(minSample, Math.round((samples[i] ?? 0) * factor)));
  }
}
