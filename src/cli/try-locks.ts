import { pino } from 'pino';
import { Buses } from '../buses/buses.ts';
import { systemClock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { LockNote } from '../locks/kind.ts';
import { checkLock } from '../locks/profile.ts';
import type { Profile } from '../profile/profile.ts';

/** What is to be known of a lock. */
export interface LockTrial extends LockNote {
  readonly lock: string;
}

const unpoweredWords = {
  locked: 'locked without power (fail-secure)',
  unlocked: 'unlocked without power (fail-safe)',
  unchanged: 'stays as it was without power',
} as const;

/** Says who can open each lock of a profile, and what is missing on this machine. Moves nothing. */
export async function tryLocks({
  device,
  mqtt,
  locks,
  homeassistant,
}: Profile): Promise<readonly LockTrial[]> {
  const buses = new Buses({ device, mqtt, clock: systemClock, log: pino({ level: 'silent' }) });
  const trials: LockTrial[] = [];
  try {
    for (const lock of locks) {
      const said = (text: string) => trials.push({ lock: lock.name, text });
      said(
        `${unpoweredWords[lock.unpowered]}, ${lock.bolt === undefined ? 'with no sensor at its bolt: it is believed to do what it is told' : `its bolt by ${lock.bolt}`}`,
      );
      if (homeassistant?.trustBrokerToUnlock && lock.secondStep === undefined)
        said(
          'warning: whoever may publish at the broker, and whoever runs it, can unlock (trustBrokerToUnlock)',
        );
      const notes = await checkLock(lock, buses).catch((error: unknown): readonly LockNote[] => {
        if (error instanceof VedetteError)
          return [{ text: `${error.message}; ${error.cure}`, problem: error }];
        throw error;
      });
      trials.push(...notes.map((note) => ({ lock: lock.name, ...note })));
    }
  } finally {
    await buses.stop();
  }
  return trials;
}
