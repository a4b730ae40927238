import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { durationBetween } from '../../protocol/duration.ts';
import type { Driven, DrivenLineName, LinePulse, LockDriver, LockKind, LockParts } from '../kind.ts';
import type { Direction } from '../states.ts';
import { lineOf, lineShape } from './line.ts';

const StrikeOptions = z.strictObject({
  ...lineShape,
  pulse: durationBetween('100ms', '30s')
    .prefault('5s')
    .describe('Active, and so open, for so long at most: what its coil and its relay stand'),
});

/** An electric strike or a magnet on a relay: open while the line is active. */
export const strikeLock: LockKind<typeof StrikeOptions> = {
  kind: 'strike',
  options: StrikeOptions,
  holdsMs: ({ pulse }) => pulse,
  check: async (options, { gpio }) => {
    await gpio.check(options);
    return [
      {
        text: `active for ${options.pulse / 1000} s at most; the wiring must fall back by itself after that`,
      },
    ];
  },
  open: (options, parts) => new Strike(lineOf(options), options.pulse, parts),
};

class Strike implements LockDriver {
  readonly #line: DrivenLineName;
  readonly #pulseMs: number;
  readonly #parts: LockParts;
  #pulse: Promise<LinePulse> | undefined;

  constructor(line: DrivenLineName, pulseMs: number, parts: LockParts) {
    this.#line = line;
    this.#pulseMs = pulseMs;
    this.#parts = parts;
  }

  /** At rest it is locked, as far as the line says. */
  async start(): Promise<'locked'> {
    await this.#parts.buses.gpio.rest(this.#line);
    return 'locked';
  }

  async drive(to: Direction, signal: AbortSignal): Promise<Driven> {
    await this.stop();
    if (to === 'lock' || signal.aborted) return { result: 'done' };
    try {
      this.#pulse = this.#parts.buses.gpio.pulse(this.#line, this.#pulseMs);
      const pulse = await this.#pulse;
      if (signal.aborted) void pulse.end();
      signal.addEventListener('abort', () => void pulse.end(), { once: true });
      return { result: 'done' };
    } catch (error) {
      if (!(error instanceof VedetteError)) throw error;
      return { result: 'failed', moved: false, error };
    }
  }

  async stop(): Promise<void> {
    const pulse = await this.#pulse?.catch(() => undefined);
    await pulse?.end();
  }
}
