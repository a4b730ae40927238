import type { FaultReason } from '../protocol/reading.ts';
import type { SensorProfile } from './profile.ts';

/** What of a sensor's profile says which values can be true. */
export type JudgedSensor = Pick<SensorProfile, 'type' | 'unit' | 'range' | 'calibration'>;

/** A value made right, or why it cannot be. */
export type Verdict =
  | { readonly value: number }
  | { readonly reason: FaultReason /** A sentence for people. */; readonly detail: string };

/** Calibrates what a sensor said, and says whether it can be true. */
export function judge({ type, unit, range, calibration }: JudgedSensor, raw: number): Verdict {
  if (type === 'boolean') {
    return raw === 0 || raw === 1 ? { value: raw } : outOfRange(`it says ${raw}, which is neither 0 nor 1`);
  }
  const value = calibration ? raw * calibration.scale + calibration.offset : raw;
  if (!Number.isFinite(value)) return outOfRange('what it says is no number');
  if (!range || (value >= range[0] && value <= range[1])) return { value };
  const behind = unit === '' ? '' : ` ${unit}`;
  return outOfRange(`${short(value)}${behind} is not within ${range[0]} to ${range[1]}${behind}`);
}

function outOfRange(detail: string): Verdict {
  return { reason: 'out-of-range', detail };
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
