import type { MonotonicMs } from '../clock.ts';
import type { Logger } from '../log.ts';
import { Listeners } from '../media/listeners.ts';
import type { Release } from '../media/stream.ts';
import type { Reading, SensorDescription, SensorState } from '../protocol/reading.ts';
import type { SensorParts } from './kind.ts';
import type { SensorProfile } from './profile.ts';
import { WatchedSensor } from './watched-sensor.ts';

export interface SensorsOptions {
  readonly sensors: readonly SensorProfile[];
  readonly parts: SensorParts;
  readonly log: Logger;
}

/** What a sensor has said so far, for metrics. */
export interface SensorCounts {
  readonly sensor: string;
  /** Values that were believed. */
  readonly readings: number;
  /** Values that could not be true. */
  readonly rejected: number;
  /** Values left out because there were too many. */
  readonly dropped: number;
}

/**
 * All sensors of a device, each opened again by itself. What comes out of here is true: whatever is out of range,
 * stuck, missing or gone is a state, never a reading.
 */
export class Sensors {
  readonly #sensors: readonly WatchedSensor[];
  readonly #readings: Listeners<{ readonly reading: Reading; readonly now: MonotonicMs }>;
  readonly #states: Listeners<{ readonly state: SensorState; readonly now: MonotonicMs }>;
  readonly #floods: Listeners<{ readonly sensor: string; readonly dropped: number }>;

  constructor({ sensors, parts, log }: SensorsOptions) {
    this.#readings = new Listeners(log);
    this.#states = new Listeners(log);
    this.#floods = new Listeners(log);
    this.#sensors = sensors.map(
      (profile) =>
        new WatchedSensor(profile, parts, {
          reading: (reading, now) => this.#readings.tell({ reading, now }),
          state: (state, now) => this.#states.tell({ state, now }),
          flood: (dropped) => this.#floods.tell({ sensor: profile.name, dropped }),
        }),
    );
  }

  /** In the order of the profile. `limits` are for whoever knows the rules to add. */
  get descriptions(): readonly SensorDescription[] {
    return this.#sensors.map(({ profile: { name, title, unit, type, range, decimals, settable } }) => ({
      ...{ sensor: name, title, unit, type, decimals, limits: [], settable },
      ...(range && { range: [...range] }),
    }));
  }

  /** In the order of the profile. */
  get states(): readonly SensorState[] {
    return this.#sensors.map(({ state }) => state);
  }

  get counts(): readonly SensorCounts[] {
    return this.#sensors.map(({ profile, counts }) => ({ sensor: profile.name, ...counts }));
  }

  /** Opens them all. */
  start(): void {
    for (const sensor of this.#sensors) sensor.start();
  }

  /** Closes them all; resolves when everything they held is given back. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all(this.#sensors.map((sensor) => sensor.stop()));
  }

  /** Every value that is believed; `now` is when it came, `reading.time` when it was true. */
  onReading(listener: (reading: Reading, now: MonotonicMs) => void): Release {
    return this.#readings.add(({ reading, now }) => listener(reading, now));
  }

  /** Each change between well and fault, before the reading that goes with it. */
  onState(listener: (state: SensorState, now: MonotonicMs) => void): Release {
    return this.#states.add(({ state, now }) => listener(state, now));
  }

  /** A sensor says more than it may: told at most once a minute. */
  onFlood(listener: (flood: { readonly sensor: string; readonly dropped: number }) => void): Release {
    return this.#floods.add(listener);
  }

  /** A person sets a simulated sensor; false where there is none of that name, or it is a real one. */
  simulate(name: string, value: number): boolean {
    return this.#sensors.find(({ profile }) => profile.name === name)?.simulate(value) ?? false;
  }
}
