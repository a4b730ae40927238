/** What a sensor's tile says: the value, where it stands to its limits, where it leads. Pure. */

import type { SensorDescription, SensorState } from '../protocol/reading.ts';
import type { SensorView, Situation } from './situation.ts';
import { type Trend, trendOf } from './trace.ts';

/**
 * `near` and `beyond` a limit; `fault`: the sensor cannot be believed; `stale`: it is not heard of, since the
 * connection is lost.
 */
export type TileLevel = 'waiting' | 'calm' | 'near' | 'beyond' | 'fault' | 'stale';

export type Limit = SensorDescription['limits'][number];

export interface Tile {
  readonly level: TileLevel;
  /** The last good value. */
  readonly value: number | undefined;
  /** How old it is. */
  readonly ageMs: number | undefined;
  readonly trend: Trend | undefined;
  /** The limit that it is near to or beyond. */
  readonly limit: Limit | undefined;
  readonly fault: Extract<SensorState, { state: 'fault' }> | undefined;
}

/** Amber from this part of the range before a limit on… */
const nearShareOfRange = 0.05;
/** …or, without a range, this part of the limit itself. */
const nearShareOfLimit = 0.1;
/** A change in a minute that is seen: this part of the range… */
const trendShareOfRange = 0.01;
/** …or, without one, of the value. */
const trendShareOfValue = 0.02;

export function tileOf(view: SensorView, situation: Situation, connected: boolean, now: number): Tile {
  const { description, state } = view;
  const reading = state.state === 'waiting' ? undefined : state.reading;
  const value = reading?.value;
  const limit = value === undefined ? undefined : limitOf(description, value);
  return {
    level: levelOf(view, situation, connected, limit),
    value,
    ageMs: reading === undefined ? undefined : Math.max(0, now - situation.behindMs - reading.time),
    trend:
      description.type === 'boolean' || state.state !== 'well' || !connected
        ? undefined
        : trendOf(view.trace, leastChange(description, value ?? 0)),
    limit,
    fault: state.state === 'fault' ? state : undefined,
  };
}

function levelOf(
  { description, state }: SensorView,
  { alarms }: Situation,
  connected: boolean,
  limit: Limit | undefined,
): TileLevel {
  if (!connected) return 'stale';
  if (state.state !== 'well') return state.state;
  const raised = [...alarms.values()].some(
    (alarm) => alarm.state === 'raised' && alarm.sensor === description.sensor,
  );
  if (raised) return 'beyond';
  if (limit === undefined) return 'calm';
  return isBeyond(limit, state.reading.value) ? 'beyond' : 'near';
}

/** The limit that says most about a value: the most severe it is beyond, else the closest it is near to. */
function limitOf(description: SensorDescription, value: number): Limit | undefined {
  const rank = { info: 0, warning: 1, critical: 2 };
  const beyond = description.limits
    .filter((limit) => isBeyond(limit, value))
    .sort((a, b) => rank[b.severity] - rank[a.severity]);
  const near = description.limits
    .filter((limit) => Math.abs(limit.value - value) <= margin(description, limit))
    .sort((a, b) => Math.abs(a.value - value) - Math.abs(b.value - value));
  return beyond[0] ?? near[0];
}

function isBeyond({ side, value }: Limit, measured: number): boolean {
  return side === 'above' ? measured > value : measured < value;
}

function margin({ range }: SensorDescription, limit: Limit): number {
  return range === undefined
    ? nearShareOfLimit * Math.abs(limit.value)
    : nearShareOfRange * (range[1] - range[0]);
}

function leastChange({ range, decimals }: SensorDescription, value: number): number {
  const share =
    range === undefined
      ? trendShareOfValue * Math.abs(value)
      : Math.min(trendShareOfRange * (range[1] - range[0]), trendShareOfValue * Math.abs(value) || Infinity);
  return Math.max(share, 10 ** -decimals);
}
