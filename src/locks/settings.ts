import { z } from 'zod';
import { durationBetween } from '../protocol/duration.ts';
import { SensorName } from '../protocol/reading.ts';
import { SecondStepKind } from '../protocol/second-step.ts';

/** A lock's name, as scopes call it: `unlock:parcel-box`. */
export const LockName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'small letters, digits, points, hyphens and underscores');

/** The keys of every lock in a profile, beside those of its kind. */
export const LockSettings = z.strictObject({
  title: z.string().min(1).max(100).optional().describe('What people read; made from its name by default'),
  feed: z.string().min(1).max(64).optional().describe('The camera that shows it'),
  unpowered: z
    .enum(['locked', 'unlocked', 'unchanged'])
    .describe('What the hardware is without power: fail-secure, fail-safe, or as it was. Shown to people'),
  bolt: SensorName.optional().describe('A sensor that is on while its bolt is thrown'),
  door: SensorName.optional().describe('A sensor that is on while its door is open'),
  parcel: SensorName.optional().describe('A sensor that is on while something lies in the box'),
  relock: durationBetween('1s', '1d')
    .optional()
    .describe('Locked again after this time; a bolt waits until the door is closed. By default not'),
  relockOnClose: z
    .boolean()
    .default(true)
    .describe('Locked again when the door was opened and closes; needs `door`'),
  leftOpen: durationBetween('5s', '1d').prefault('5m').describe('A door that is open for longer is told of'),
  moves: durationBetween('100ms', '1m')
    .prefault('3s')
    .describe('The bolt follows within this time, or it is jammed'),
  keyed: z
    .boolean()
    .default(false)
    .describe('Somebody may open it by a key: then that is not told of as forced'),
  secondStep: SecondStepKind.optional().describe(
    'What an unlock needs beside a grant: `person`, another person who may open it confirms; `passkey`, whoever asks is verified by theirs. By default nothing',
  ),
  ask: z
    .array(z.string().min(1).max(64))
    .max(32)
    .default([])
    .describe('Actions for when another person has to confirm an unlock: a `notify` calls them to the page'),
  do: z
    .array(z.string().min(1).max(64))
    .max(32)
    .default([])
    .describe('Actions for when it is forced, jammed, left open or cannot be locked'),
});
export type LockSettings = z.output<typeof LockSettings>;
