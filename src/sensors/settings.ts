import { z } from 'zod';
import { Duration, durationBetween } from '../protocol/duration.ts';

/** More readings a second than anything here measures, and little enough for rules, records and pages. */
export const defaultMaxRate = 100;

const finite = z.number().refine(Number.isFinite, 'a number');

/** The keys of every sensor in a profile, beside those of its kind. */
export const SensorSettings = z.strictObject({
  title: z.string().min(1).max(100).optional().describe('What people read; made from its name by default'),
  unit: z
    .string()
    .max(12)
    .optional()
    .describe('Written behind the value, as in °C; what its kind gives by default'),
  period: durationBetween('20ms', '1d')
    .optional()
    .describe('How often it is read, or speaks by itself; nothing for three periods is a fault'),
  range: z
    .tuple([finite, finite])
    .refine(([least, most]) => least < most, 'the lower number first')
    .optional()
    .describe('The values that can be true, as in [-20, 150]; any other is a fault'),
  calibration: z
    .strictObject({
      scale: finite
        .refine((scale) => scale !== 0, 'not 0')
        .default(1)
        .describe('The value is multiplied by this'),
      offset: finite.default(0).describe('Then this is added'),
    })
    .optional()
    .describe('What is wrong with it, made right: value × scale + offset'),
  smoothing: durationBetween('1ms', '1d')
    .optional()
    .describe('The time constant of a low pass: after so long a step is there by 63 %'),
  decimals: z.int().min(0).max(6).optional().describe('Digits behind the point, for people'),
  stuckAfter: Duration.optional().describe('The same value for longer than this is a fault'),
  maxRate: z
    .number()
    .min(0.1)
    .max(1000)
    .default(defaultMaxRate)
    .describe('Readings a second; of more, the newest is taken and the others are counted'),
});
export type SensorSettings = z.output<typeof SensorSettings>;
