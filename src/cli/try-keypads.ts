import { pino } from 'pino';
import { Buses } from '../buses/buses.ts';
import { systemClock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { KeypadNote } from '../keypads/kind.ts';
import { checkKeypad } from '../keypads/profile.ts';
import type { Profile } from '../profile/profile.ts';

/** What is to be known of a keypad. */
export interface KeypadTrial extends KeypadNote {
  readonly keypad: string;
}

/** Says who reads the codes of each keypad of a profile, and what is missing on this machine. */
export async function tryKeypads({ device, mqtt, keypads }: Profile): Promise<readonly KeypadTrial[]> {
  const buses = new Buses({ device, mqtt, clock: systemClock, log: pino({ level: 'silent' }) });
  const trials: KeypadTrial[] = [];
  try {
    for (const keypad of keypads) {
      const notes = await checkKeypad(keypad, buses).catch((error: unknown): readonly KeypadNote[] => {
        if (error instanceof VedetteError)
          return [{ text: `${error.message}; ${error.cure}`, problem: error }];
        throw error;
      });
      trials.push(...notes.map((note) => ({ keypad: keypad.name, ...note })));
    }
  } finally {
    await buses.stop();
  }
  return trials;
}
