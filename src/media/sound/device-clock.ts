/** What is on its way settles after an opening; what it is then is kept, in blocks of 20 ms: 10 s. */
const settleBlocks = 500;
/** Of the average: 1/512 a block is a time constant of 10 s, longer than the steps in which devices report. */
const averageWeight = 1 / 512;
/** Correction for each ms off: 10 ms follow a crystal that is 200 ppm off, within a minute. */
const trimPerMs = 0.000_02;
/** Five times a bad crystal. */
const maxTrim = 0.001;

/**
 * Finds how a speaker's clock differs from ours, by what is on its way to the hardware: it grows with a slow device
 * and runs dry with a fast one. Time is counted in calls, one for each block.
 */
export class DeviceClock {
  #blocks = 0;
  #averageMs = 0;
  #settledMs = 0;

  /**
   * @param queuedMs given to the device and not yet taken by it.
   * @returns how much longer than 20 ms the next step should be, as a fraction.
   */
  follow(queuedMs: number): number {
    this.#blocks++;
    // A plain mean at first, so that the beginning does not weigh for long.
    this.#averageMs += (queuedMs - this.#averageMs) * Math.max(averageWeight, 1 / this.#blocks);
    if (this.#blocks <= settleBlocks) {
      this.#settledMs = this.#averageMs;
      return 0;
    }
    const trim = (this.#averageMs - this.#settledMs) * trimPerMs;
    return Math.max(-maxTrim, Math.min(maxTrim, trim));
  }
}
