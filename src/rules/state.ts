import type { MonotonicMs, WallMs } from '../clock.ts';
import type { FaultReason } from '../protocol/reading.ts';
import type { Rules } from './compile.ts';
import { isWithin } from './schedule.ts';
import { type SensorNow, sensorAtStart } from './sensor-now.ts';
import { type WakeTree, wakeTree } from './wake-tree.ts';
import { emptyWindow, type Window } from './window.ts';

/** How one rule stands. Times are monotonic unless they say otherwise; NaN where there is none. */
export interface RuleNow {
  /** `latched`: its condition is over, but nobody acknowledged it. */
  readonly phase: 'rest' | 'raised' | 'latched';
  /** Since when its condition is true. */
  readonly trueSince: number;
  /** Since when each of its parts with `for` is true. */
  readonly holds: readonly number[];
  /** It does not raise before. */
  readonly quietUntil: number;
  /** Its alarm, while there is one. */
  readonly alarm?: Alarm;
  readonly shelf?: Shelf;
  /** Its actions on fault have run, and its sensors are not all well since. */
  readonly faulted: boolean;
  /** It is within its hours. */
  readonly counts: boolean;
  /** When it wants to be looked at again, whatever its sensors say; infinite where never. */
  readonly dueMs: number;
}

export interface Alarm {
  /** Numbers the alarms of a device, over restarts too. */
  readonly occasion: number;
  /** The id of its event, once the agent has said it. */
  readonly event?: string;
  readonly raisedAt: number;
  /** Wall time, for people. */
  readonly since: number;
  readonly value?: number;
  readonly acknowledgedBy?: string;
  readonly silenced: boolean;
  /** How many escalations have run. */
  readonly escalated: number;
}

export interface Shelf {
  readonly since: number;
  readonly until: number;
  readonly lengthMs: number;
  readonly reason: string;
}

/** All that rules remember. Never changes: `step` makes a new one. */
export interface RulesState {
  readonly rules: Rules;
  readonly sensors: WakeTree<SensorNow>;
  readonly windows: WakeTree<Window>;
  readonly alarms: WakeTree<RuleNow>;
  /** The last moment it knows of. */
  readonly now: MonotonicMs;
  /** Wall time, and the moment at which it was that. */
  readonly wall: WallMs;
  readonly wallAt: MonotonicMs;
  /** Of the next alarm. */
  readonly occasion: number;
}

export type RulesInput =
  | { readonly type: 'reading'; readonly sensor: string; readonly value: number }
  | { readonly type: 'fault'; readonly sensor: string; readonly reason: FaultReason; readonly detail: string }
  /** The sensor is no longer at fault. Its next reading says so too. */
  | { readonly type: 'well'; readonly sensor: string }
  /** The time of day: each minute, and when somebody set the clock. */
  | { readonly type: 'wall'; readonly wall: WallMs }
  /** The event that the agent wrote for an alarm. */
  | { readonly type: 'recorded'; readonly rule: string; readonly occasion: number; readonly event: string }
  | { readonly type: 'acknowledge'; readonly rule: string; readonly by: string }
  | { readonly type: 'silence'; readonly rule: string }
  /** It raises nothing for so long; 0 ends that. */
  | { readonly type: 'shelve'; readonly rule: string; readonly ms: number; readonly reason: string }
  /** Time has passed. */
  | { readonly type: 'tick' };

/** Which alarm an intent is about. */
interface AlarmIntent {
  readonly rule: string;
  readonly occasion: number;
  /** Absent where the agent has not said it yet. */
  readonly event?: string;
  /** Wall time in ms at which it happened. */
  readonly time: number;
}

export type ClearReason =
  /** Its condition is over, and it was acknowledged where it must be. */
  | 'over'
  /** Its hours are. */
  | 'hours'
  | 'shelved';

/** What is to be done. */
export type RulesIntent =
  /** `sensor` is the first that the rule names, with its value and unit. */
  | (AlarmIntent & {
      readonly type: 'raise';
      readonly sensor: string;
      readonly value?: number;
      readonly unit: string;
    })
  | (AlarmIntent & { readonly type: 'clear'; readonly because: ClearReason })
  | (AlarmIntent & { readonly type: 'acknowledged'; readonly by: string })
  | (AlarmIntent & { readonly type: 'silenced' })
  | (AlarmIntent & {
      readonly type: 'run';
      readonly on: 'raise' | 'escalate' | 'clear';
      readonly actions: readonly string[];
    })
  /** A sensor that the rule names cannot be believed; there is no alarm. */
  | {
      readonly type: 'run';
      readonly on: 'fault';
      readonly rule: string;
      readonly sensor: string;
      readonly time: number;
      readonly actions: readonly string[];
    }
  /** What `alarmsOf` gives for this rule is another now; after the intents that say why. */
  | { readonly type: 'changed'; readonly rule: string }
  | {
      readonly type: 'fault';
      readonly sensor: string;
      readonly reason: FaultReason;
      readonly detail: string;
      readonly time: number;
    }
  | { readonly type: 'well'; readonly sensor: string; readonly time: number };

export const ruleAtRest: RuleNow = {
  phase: 'rest',
  trueSince: Number.NaN,
  holds: [],
  quietUntil: Number.NEGATIVE_INFINITY,
  faulted: false,
  counts: true,
  dueMs: Number.POSITIVE_INFINITY,
};

/** How rules begin: nothing is raised, and no sensor has said anything. */
export function beginRules(rules: Rules, wall: WallMs, now: MonotonicMs): RulesState {
  return {
    rules,
    sensors: wakeTree(rules.sensors.map(() => sensorAtStart)),
    windows: wakeTree(rules.windows.map(() => emptyWindow)),
    alarms: wakeTree(
      rules.rules.map(
        ({ slots, schedule }): RuleNow => ({
          ...ruleAtRest,
          holds: Array<number>(slots).fill(Number.NaN),
          counts: schedule === undefined || isWithin(schedule, wall),
        }),
      ),
      ({ dueMs }) => dueMs,
    ),
    now,
    wall,
    wallAt: now,
    occasion: 1,
  };
}

/** Wall time at a moment, as far as the rules were told. */
export function wallOf({ wall, wallAt }: Pick<RulesState, 'wall' | 'wallAt'>, now: number): number {
  return Math.round(wall + (now - wallAt));
}

/** A sensor's name by its number; empty where there is none. */
export function sensorName({ sensors }: Rules, index: number | undefined): string {
  return (index === undefined ? undefined : sensors[index]?.sensor) ?? '';
}
