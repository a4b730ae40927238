/** What a page knows of its device beside the feeds: sensors, alarms, rings, locks, privacy. Pure: a message in, the next one out. */

import type { AlarmStatus, PrivacyStatus, RingStatus } from '../protocol/alarm.ts';
import type { DeviceMessage, TrustTrouble } from '../protocol/events.ts';
import type { LockStatus } from '../protocol/lock.ts';
import type { SensorDescription, SensorState, TelemetryMessage } from '../protocol/reading.ts';
import type { Confirmation } from '../protocol/second-step.ts';
import { emptyTrace, extendTrace, type Trace } from './trace.ts';

export interface SensorView {
  readonly description: SensorDescription;
  readonly state: SensorState;
  readonly trace: Trace;
}

export interface Situation {
  readonly sensors: ReadonlyMap<string, SensorView>;
  readonly alarms: ReadonlyMap<string, AlarmStatus>;
  readonly rings: ReadonlyMap<string, RingStatus>;
  readonly locks: ReadonlyMap<string, LockStatus>;
  readonly privacy: PrivacyStatus;
  /** What others ask, and somebody here may confirm; by request. */
  readonly confirmations: ReadonlyMap<string, Confirmation>;
  /** Why nothing can be unlocked and nobody let in; undefined while all is well. */
  readonly trust: TrustTrouble | undefined;
  /** The highest `seq` of telemetry in this session. */
  readonly seq: number;
  /** The device's clock is behind the page's by so many ms; what telemetry needs for its way is in it. */
  readonly behindMs: number;
}

export const noSituation: Situation = {
  sensors: new Map(),
  alarms: new Map(),
  rings: new Map(),
  locks: new Map(),
  privacy: { on: false },
  confirmations: new Map(),
  trust: undefined,
  seq: -1,
  behindMs: 0,
};

/** The next situation; the same one where the message is about something else. */
export function situationAfter(before: Situation, message: DeviceMessage): Situation {
  switch (message.type) {
    case 'state':
      return {
        ...before,
        sensors: new Map(
          message.sensors.map(({ description, state }) => {
            const known = before.sensors.get(description.sensor);
            return [description.sensor, withState({ description, trace: known?.trace ?? emptyTrace, state })];
          }),
        ),
        alarms: new Map(message.alarms.map((status) => [status.rule, status])),
        rings: new Map(message.rings.map((status) => [status.ring, status])),
        locks: new Map(message.locks.map((status) => [status.lock, status])),
        privacy: message.privacy,
        confirmations: new Map(message.confirmations.map((asked) => [asked.request, asked])),
        trust: message.trust,
        seq: -1, // a new session counts from the beginning
      };
    case 'sensor': {
      const known = before.sensors.get(message.state.sensor);
      if (known === undefined) return before;
      return {
        ...before,
        sensors: withRow(before.sensors, message.state.sensor, withState({ ...known, state: message.state })),
      };
    }
    case 'alarm':
      return { ...before, alarms: withRow(before.alarms, message.rule, message.status) };
    case 'ring': {
      const { status } = message;
      return {
        ...before,
        rings: withRow(before.rings, status.ring, status.state === 'over' ? undefined : status),
      };
    }
    case 'lock':
      return { ...before, locks: withRow(before.locks, message.status.lock, message.status) };
    case 'confirm':
    case 'confirm-over': {
      const { confirmation } = message;
      const row = message.type === 'confirm' ? confirmation : undefined;
      return { ...before, confirmations: withRow(before.confirmations, confirmation.request, row) };
    }
    case 'privacy':
      return { ...before, privacy: message.privacy };
    case 'trust':
      return { ...before, trust: message.trouble };
    default:
      return before;
  }
}

/** The newest values; a message that was overtaken by a newer one changes nothing. */
export function situationWith(before: Situation, telemetry: TelemetryMessage, now: number): Situation {
  if (telemetry.seq <= before.seq) return before;
  const sensors = new Map(before.sensors);
  for (const [sensor, value] of Object.entries(telemetry.values)) {
    const known = sensors.get(sensor);
    // A fault is over when the device says so on the ordered channel, not by a number that comes beside it.
    if (known === undefined || known.state.state === 'fault') continue;
    // All values are said again now and then: the same one is as old as it was. The ordered channel makes it newer.
    if (known.state.state === 'well' && known.state.reading.value === value) continue;
    const reading = { sensor, value, unit: known.description.unit, time: telemetry.time };
    sensors.set(sensor, withState({ ...known, state: { state: 'well', sensor, reading } }));
  }
  return { ...before, sensors, seq: telemetry.seq, behindMs: now - telemetry.time };
}

function withState(view: SensorView): SensorView {
  if (view.state.state !== 'well') return view;
  const { time, value } = view.state.reading;
  return { ...view, trace: extendTrace(view.trace, { time, value }) };
}

function withRow<T>(rows: ReadonlyMap<string, T>, key: string, row: T | undefined): ReadonlyMap<string, T> {
  const next = new Map(rows);
  if (row === undefined) next.delete(key);
  else next.set(key, row);
  return next;
}
