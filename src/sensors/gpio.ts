import { z } from 'zod';
import { type DurationMs, durationBetween, durationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorSource } from './kind.ts';

/** The keys of `kind: gpio` in a profile. */
export const gpioOptions = z.strictObject({
  line: z
    .union([z.string().min(1).max(64), z.int().min(0).max(1023)])
    .describe('The name of the line, or its number on the chip; `gpioinfo` lists them'),
  chip: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Its chip, as in gpiochip0, or by its label; needed where two chips have such a line'),
  activeLow: z
    .boolean()
    .default(false)
    .describe('On when the line is low: a button that connects it to ground'),
  bias: z
    .enum(['as-is', 'pull-up', 'pull-down', 'disabled'])
    .default('as-is')
    .describe('What holds the line where nothing drives it'),
  debounce: durationBetween('0ms', '10s')
    .default(durationMs('10ms') as DurationMs)
    .describe('A level counts when it has stayed for so long'),
});

/** A contact on a GPIO line: a button, a reed switch, a motion detector. Edges carry the kernel's time. */
export const gpioSensor: SensorKind<typeof gpioOptions> = {
  kind: 'gpio',
  options: gpioOptions,
  nature: () => ({ type: 'boolean', unit: '', decimals: 0 }),
  check: (options, { buses }) => buses.gpio.check(options),
  open: ({ debounce, ...line }, { buses }): SensorSource => {
    let watched: { close(): Promise<void> } | undefined;
    return {
      start: (sink) => {
        const told = { level: sink.value, ended: sink.ended };
        watched = buses.gpio.watchLine({ ...line, debounceMs: debounce }, told);
      },
      stop: async () => {
        await watched?.close();
      },
    };
  },
};
