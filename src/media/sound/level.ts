const fullScale = 32_768;
/** What silence is called: just under the smallest thing 16 bits can say (-90.3 dBFS). */
export const silenceDb = -96;

/** How loud one block was, in dB below a square wave of full scale (a full sine has an `rmsDb` of -3). */
export interface Level {
  readonly peakDb: number;
  readonly rmsDb: number;
}

/** Measures block by block; the fields always speak of the last one. */
export class LevelMeter implements Level {
  peakDb = silenceDb;
  rmsDb = silenceDb;

  measure(samples: Int16Array): void {
    let peak = 0;
    let squares = 0;
    for (let i = 0; i < samples.length; i++) {
      const value = samples[i] ?? 0;
      const size = value < 0 ? -value : value;
      if (size > peak) peak = size;
      squares += value * value;
    }
    this.peakDb = toDb(peak);
    this.rmsDb = toDb(samples.length === 0 ? 0 : Math.sqrt(squares / samples.length));
  }

  reset(): void {
    this.peakDb = silenceDb;
    this.rmsDb = silenceDb;
  }
}

function toDb(size: number): number {
  return size === 0 ? silenceDb : Math.max(silenceDb, 20 * Math.log10(size / fullScale));
}
