import type { Alarms } from './alarms.ts';
import type { MonotonicMs } from './clock.ts';
import { VedetteError } from './errors.ts';
import type { Privacy } from './privacy.ts';
import type { TrustTrouble } from './protocol/events.ts';
import type { LockStatus } from './protocol/lock.ts';
import type { LockHost } from './protocol/lock-host.ts';
import type { SensorState } from './protocol/reading.ts';
import type { Confirmer } from './protocol/second-step.ts';
import type {
  Asker,
  Situation,
  SituationChange,
  SituationHost,
  SituationRequest,
} from './protocol/situation.ts';
import type { Ringing } from './ringing/ringing.ts';
import type { WaitingUnlocks } from './second-steps/waiting.ts';
import type { Sensors } from './sensors/sensors.ts';

/** On the `events` channel a sensor's value is told no more often; the `telemetry` channel has every one. */
const slowValueMs = 10_000;
const minuteMs = 60_000;

export interface SituationParts {
  readonly sensors: Sensors;
  readonly alarms: Alarms;
  readonly ringing: Ringing;
  readonly locks: LockHost;
  readonly privacy: Privacy;
  readonly waiting: Pick<WaitingUnlocks, 'confirmations' | 'onChange'>;
  /** Who may confirm an unlock of a lock that needs a second person. */
  readonly confirmers: (lock: string) => readonly Confirmer[];
  readonly trust: { readonly trouble: TrustTrouble | undefined; onTrouble(listener: () => void): void };
}

/** What sensors, alarms, rings, locks and privacy mode say, as one; and what viewers may ask of them. */
export class DeviceSituation implements SituationHost {
  readonly #parts: SituationParts;
  readonly #listeners = new Set<(change: SituationChange) => void>();
  readonly #telemetry: Record<string, number> = {};
  /** When each sensor's value was last told. */
  readonly #toldMs = new Map<string, MonotonicMs>();

  constructor(parts: SituationParts) {
    this.#parts = parts;
    const { sensors, alarms, ringing, locks, privacy, waiting, trust } = parts;
    sensors.onReading((reading, now) => {
      this.#telemetry[reading.sensor] = reading.value;
      const toldMs = this.#toldMs.get(reading.sensor);
      if (toldMs !== undefined && now - toldMs < slowValueMs) return;
      this.#toldMs.set(reading.sensor, now);
      this.#tell({ type: 'sensor', state: { state: 'well', sensor: reading.sensor, reading } });
    });
    sensors.onState((state, now) => this.#sensorBecame(state, now));
    alarms.onAlarm((rule, status) => this.#tell({ type: 'alarm', rule, ...(status ? { status } : {}) }));
    alarms.onEvent((event) => this.#tell({ type: 'event', event }));
    ringing.onChange((status) => this.#tell({ type: 'ring', status }));
    locks.onChange((status) => this.#tell({ type: 'lock', status: this.#withConfirmers(status) }));
    waiting.onChange((change) => this.#tell(change));
    privacy.onChange((status) => this.#tell({ type: 'privacy', privacy: status }));
    trust.onTrouble(() => {
      if (trust.trouble) this.#tell({ type: 'trust', trouble: trust.trouble });
    });
  }

  get situation(): Situation {
    const { sensors, alarms, ringing, locks, privacy, waiting, trust } = this.#parts;
    const states = new Map(sensors.states.map((state) => [state.sensor, state]));
    return {
      sensors: sensors.descriptions.map((description) => ({
        description: { ...description, limits: [...alarms.limitsOf(description.sensor)] },
        state: states.get(description.sensor) ?? { state: 'waiting', sensor: description.sensor },
      })),
      alarms: [...alarms.statuses],
      rings: [...ringing.statuses],
      locks: locks.statuses.map((status) => this.#withConfirmers(status)),
      privacy: privacy.status,
      confirmations: [...waiting.confirmations],
      ...(trust.trouble ? { trust: trust.trouble } : {}),
    };
  }

  get telemetry(): Readonly<Record<string, number>> {
    return this.#telemetry;
  }

  onChange(listener: (change: SituationChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  obey(request: SituationRequest, by: Asker): VedetteError | undefined {
    const { sensors, alarms, ringing, privacy } = this.#parts;
    switch (request.type) {
      case 'acknowledge':
        return alarms.acknowledge(request.rule, by.name);
      case 'silence':
        return alarms.silence(request.rule);
      case 'shelve':
        return alarms.shelve(request.rule, request.minutes * minuteMs, request.reason);
      case 'answer':
      case 'decline':
      case 'reply':
      case 'hang-up':
        return ringing.obey(request, by);
      case 'privacy':
        privacy.set(request.on, request.minutes === undefined ? undefined : request.minutes * minuteMs);
        return undefined;
      case 'simulate':
        return sensors.simulate(request.sensor, request.value)
          ? undefined
          : new VedetteError('sensor/not-settable');
    }
  }

  left(session: string): void {
    this.#parts.ringing.left(session);
  }

  /** People, or what they may, are others: so are those who may confirm. */
  peopleChanged(): void {
    for (const status of this.#parts.locks.statuses)
      if (status.secondStep === 'person') this.#tell({ type: 'lock', status: this.#withConfirmers(status) });
  }

  #withConfirmers(status: LockStatus): LockStatus {
    return status.secondStep === 'person'
      ? { ...status, confirmers: [...this.#parts.confirmers(status.lock)] }
      : status;
  }

  #sensorBecame(state: SensorState, now: MonotonicMs): void {
    this.#toldMs.set(state.sensor, now);
    if (state.state === 'fault') delete this.#telemetry[state.sensor];
    this.#tell({ type: 'sensor', state });
  }

  #tell(change: SituationChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
