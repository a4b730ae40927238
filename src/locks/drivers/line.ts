import { z } from 'zod';
import type { DrivenLineName } from '../kind.ts';

/** A GPIO line, as the kinds that drive one have it in a profile. */
export const lineShape = {
  line: z
    .union([z.string().min(1).max(64), z.int().min(0).max(1023)])
    .describe('The name of the GPIO line, or its number on `chip`'),
  chip: z.string().min(1).max(64).optional().describe('gpiochip0 and so on; needed with a number'),
  activeLow: z.boolean().default(false).describe('Active means 0 volts, as many relay boards have it'),
};

/** The part of the options that names the line. */
export function lineOf({ line, chip, activeLow }: DrivenLineName): DrivenLineName {
  return { line, activeLow, ...(chip === undefined ? {} : { chip }) };
}
