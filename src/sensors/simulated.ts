import { type DurationMs, durationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorSource } from './kind.ts';
import { simulate, simulatedOptions } from './simulation.ts';

const period = durationMs('1s') as DurationMs;

/** A sensor without hardware: waves, steps and noise, until a person sets it. */
export const simulatedSensor: SensorKind<typeof simulatedOptions> = {
  kind: 'simulated',
  options: simulatedOptions,
  nature: ({ type }) => ({ type, unit: '', decimals: type === 'boolean' ? 0 : 1, period, settable: true }),
  open: (options, { clock }): SensorSource => {
    const startMs = clock.now();
    let held: { readonly value: number; readonly untilMs: number } | undefined;
    let tell: ((value: number) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    const now = (): number => {
      if (held && clock.now() >= held.untilMs) held = undefined;
      return held?.value ?? simulate(options, clock.now() - startMs, Math.random());
    };
    return {
      start: (sink) => {
        tell = (value) => sink.value(value);
      },
      read: () => Promise.resolve(now()),
      set: (value) => {
        if (!tell) return;
        held = { value, untilMs: clock.now() + options.hold };
        tell(value);
        clearTimeout(timer);
        // A button comes back when it is let go, not at the next reading.
        timer = setTimeout(() => {
          // Timers may fire a fraction of a millisecond early by our clock.
          held = undefined;
          tell?.(now());
        }, options.hold);
      },
      stop: () => {
        tell = undefined;
        clearTimeout(timer);
        return Promise.resolve();
      },
    };
  },
};
