import type { Clock, MonotonicMs, WallMs } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import type { SensorSink, SensorSource } from '../../src/sensors/kind.ts';
import type { SensorProfile } from '../../src/sensors/profile.ts';

/** A sensor that a test plugs in, pulls out and lets speak; each `open()` is one run. */
export class ScriptedSensor {
  plugged = true;
  /** Runs that were opened and not stopped. */
  running = 0;
  opened = 0;
  #sink: SensorSink | undefined;

  open = (): SensorSource => {
    let stopped = false;
    return {
      start: (sink) => {
        this.opened += 1;
        this.running += 1;
        queueMicrotask(() => {
          if (stopped) return;
          if (this.plugged) this.#sink = sink;
          else sink.ended(new VedetteError('sensor/not-found', { what: 'scripted sensor' }));
        });
      },
      stop: () => {
        if (!stopped) this.running -= 1;
        stopped = true;
        return Promise.resolve();
      },
    };
  };

  /** It is in the profile under this name. */
  profile(name: string, more: Partial<SensorProfile> = {}): SensorProfile {
    return {
      ...{ name, title: name, kind: 'scripted', type: 'number', unit: '°C', decimals: 1 },
      ...{ settable: false, maxRate: 100, check: () => Promise.resolve(), open: this.open },
      ...more,
    };
  }

  say(value: number, at?: MonotonicMs): void {
    this.#sink?.value(value, at);
  }

  pullOut(): void {
    this.plugged = false;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.ended(new VedetteError('sensor/lost', { device: 'the scripted sensor' }));
  }
}

/** A clock whose wall time a test may set, as NTP does after boot. */
export class SetClock implements Clock {
  readonly #base: Clock;
  offsetMs = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  now(): MonotonicMs {
    return this.#base.now();
  }

  wall(): WallMs {
    return (this.#base.wall() + this.offsetMs) as WallMs;
  }
}
