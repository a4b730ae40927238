import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { durationBetween } from '../../protocol/duration.ts';
import type { Driven, DrivenLineName, LinePulse, LockDriver, LockKind, LockParts } from '../kind.ts';
import type { Direction } from '../states.ts';
import { lineOf, lineShape } from './line.ts';

const Line = z.strictObject(lineShape);

const MotorOptions = z.strictObject({
  unlock: Line.describe('The line that turns it open'),
  lock: Line.describe('The line that turns it shut; never active together with the other'),
  runs: durationBetween('50ms', '10s').prefault('1s').describe('How long it turns'),
});
type MotorOptions = z.output<typeof MotorOptions>;

/** A bolt with a motor on two lines, one for each way. It stays as it was put. */
export const motorLock: LockKind<typeof MotorOptions> = {
  kind: 'motor',
  options: MotorOptions,
  holdsMs: () => undefined,
  check: async ({ unlock, lock, runs }, { gpio }) => {
    await gpio.check(unlock);
    await gpio.check(lock);
    return [{ text: `each line is active for ${runs / 1000} s at most, and never both` }];
  },
  open: (options, parts) => new Motor(options, parts),
};

class Motor implements LockDriver {
  readonly #options: MotorOptions;
  readonly #parts: LockParts;
  /** The newest; the next one waits until it is over, whichever line it was. */
  #pulse: Promise<LinePulse | undefined> = Promise.resolve(undefined);

  constructor(options: MotorOptions, parts: LockParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Where its bolt is, only a sensor knows. */
  async start(): Promise<undefined> {
    const { gpio } = this.#parts.buses;
    await gpio.rest(lineOf(this.#options.unlock));
    await gpio.rest(lineOf(this.#options.lock));
  }

  async drive(to: Direction, signal: AbortSignal): Promise<Driven> {
    try {
      this.#pulse = this.#turn(lineOf(this.#options[to]), this.#pulse, signal);
      const pulse = await this.#pulse;
      await pulse?.over;
      return { result: 'done' };
    } catch (error) {
      if (!(error instanceof VedetteError)) throw error;
      return { result: 'failed', moved: false, error };
    }
  }

  async stop(): Promise<void> {
    const pulse = await this.#pulse.catch(() => undefined);
    await pulse?.end();
  }

  async #turn(
    line: DrivenLineName,
    before: Promise<LinePulse | undefined>,
    signal: AbortSignal,
  ): Promise<LinePulse | undefined> {
    const running = await before.catch(() => undefined);
    await running?.end();
    if (signal.aborted) return undefined;
    const pulse = await this.#parts.buses.gpio.pulse(line, this.#options.runs);
    if (signal.aborted) void pulse.end();
    signal.addEventListener('abort', () => void pulse.end(), { once: true });
    return pulse;
  }
}
