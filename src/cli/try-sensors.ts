import { pino } from 'pino';
import { Buses } from '../buses/buses.ts';
import { systemClock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Profile } from '../profile/profile.ts';

/** A sensor, and what it misses on this machine. */
export interface SensorTrial {
  readonly sensor: string;
  readonly kind: string;
  readonly problem?: VedetteError;
}

/** Looks whether this machine has what each sensor of a profile needs; one after another, since some share a bus. */
export async function trySensors({ device, mqtt, sensors }: Profile): Promise<readonly SensorTrial[]> {
  const log = pino({ level: 'silent' });
  const buses = new Buses({ device, mqtt, clock: systemClock, log });
  const parts = { buses, camera: () => undefined, microphone: () => undefined, clock: systemClock, log };
  const trials: SensorTrial[] = [];
  try {
    for (const { name, kind, check } of sensors) {
      try {
        await check(parts);
        trials.push({ sensor: name, kind });
      } catch (error) {
        if (!(error instanceof VedetteError)) throw error;
        trials.push({ sensor: name, kind, problem: error });
      }
    }
  } finally {
    await buses.stop();
  }
  return trials;
}
