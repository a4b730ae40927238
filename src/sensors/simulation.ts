import { z } from 'zod';
import { type DurationMs, durationBetween, durationMs } from '../protocol/duration.ts';

/** The keys of `kind: simulated` in a profile. */
export const simulatedOptions = z.strictObject({
  type: z.enum(['number', 'boolean']).default('number').describe('boolean: on (1) or off (0)'),
  value: z.number().default(0).describe('What it measures, before waves, steps and noise'),
  wave: z
    .strictObject({
      shape: z.enum(['sine', 'triangle', 'square', 'saw']).default('sine'),
      amplitude: z.number().describe('How far it goes up and down from its value'),
      every: durationBetween('100ms', '30d').describe('How long one wave takes'),
    })
    .optional()
    .describe('It goes up and down'),
  steps: z
    .array(z.strictObject({ value: z.number(), for: durationBetween('20ms', '30d') }))
    .min(1)
    .max(1000)
    .optional()
    .describe('It takes these values one after another, again and again, in place of `value`'),
  noise: z.number().min(0).default(0).describe('So much, up or down, by chance'),
  hold: durationBetween('20ms', '20d')
    .default(durationMs('5m') as DurationMs)
    .describe('What a person sets stays for so long; for a button 500ms'),
});

type Simulation = Omit<z.output<typeof simulatedOptions>, 'hold'>;
type Wave = NonNullable<Simulation['wave']>;

/** What a simulated sensor measures `elapsedMs` after it was opened; `random` in [0, 1) makes the noise. */
export function simulate(
  { type, value, wave, steps, noise }: Simulation,
  elapsedMs: number,
  random: number,
): number {
  const base = steps ? stepAt(steps, elapsedMs) : value;
  const measured = base + (wave ? waveAt(wave, elapsedMs) : 0) + noise * (2 * random - 1);
  return type === 'boolean' ? Number(measured >= 0.5) : measured;
}

function waveAt({ shape, amplitude, every }: Wave, elapsedMs: number): number {
  const turn = (elapsedMs % every) / every;
  switch (shape) {
    case 'sine':
      return amplitude * Math.sin(2 * Math.PI * turn);
    case 'triangle':
      return amplitude * (1 - 4 * Math.abs(((turn + 0.25) % 1) - 0.5));
    case 'square':
      return turn < 0.5 ? amplitude : -amplitude;
    case 'saw':
      return amplitude * (2 * turn - 1);
  }
}

function stepAt(steps: NonNullable<Simulation['steps']>, elapsedMs: number): number {
  const wholeMs = steps.reduce((sum, step) => sum + step.for, 0);
  let leftMs = elapsedMs % wholeMs;
  for (const step of steps) {
    if (leftMs < step.for) return step.value;
    leftMs -= step.for;
  }
  return steps.at(-1)?.value ?? 0;
}
