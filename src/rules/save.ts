import { z } from 'zod';
import type { MonotonicMs, WallMs } from '../clock.ts';
import type { Rules } from './compile.ts';
import { type Alarm, beginRules, type RuleNow, type RulesState, wallOf } from './state.ts';
import { itemAt, itemsOf, withItem } from './wake-tree.ts';

/** A clock that was never set says anything; a length of time is never longer than this (a year). */
const maxMs = 366 * 86_400_000;
const Ms = z.number().min(0).max(maxMs);

/** How one rule stood. All lengths of time are as of {@link SavedRules}' `wall`. */
const SavedRule = z.strictObject({
  phase: z.enum(['rest', 'raised', 'latched']),
  alarm: z
    .strictObject({
      occasion: z.int().min(0),
      event: z.string().optional(),
      raisedForMs: Ms,
      since: z.number(),
      value: z.number().optional(),
      acknowledgedBy: z.string().optional(),
      silenced: z.boolean(),
      escalated: z.int().min(0),
    })
    .optional(),
  quietForMs: Ms.optional(),
  shelf: z.strictObject({ forMs: Ms, lengthMs: Ms, since: z.number(), reason: z.string() }).optional(),
  faulted: z.boolean(),
});

/** What outlives a restart, as JSON. */
export const SavedRules = z.strictObject({
  version: z.literal(1),
  /** When it was written. */
  wall: z.number(),
  occasion: z.int().min(0),
  /** Those that are not as at the beginning. */
  rules: z.record(z.string(), SavedRule),
  /** Sensors at fault. */
  faults: z.array(z.string()),
});
export type SavedRules = z.infer<typeof SavedRules>;

/** An alarm whose rule is no longer in the profile: its event has to end. */
export interface LostAlarm {
  readonly rule: string;
  readonly occasion: number;
  readonly event?: string;
}

export interface Restored {
  readonly state: RulesState;
  readonly lost: readonly LostAlarm[];
  /** Why what was saved could not be used; nothing is raised then. */
  readonly damage?: string;
}

/** All that must be known after a restart. Keep it before acting on what the step wants: then nothing happens twice. */
export function saveRules(state: RulesState): SavedRules {
  const { now, rules } = state;
  const saved = rules.rules.flatMap(({ name, index }) => {
    const one = savedRule(itemAt(state.alarms, index), now);
    return one ? [[name, one] as const] : [];
  });
  const faults = itemsOf(state.sensors).flatMap(({ state: is }, index) =>
    is === 'fault' ? (rules.sensors[index]?.sensor ?? []) : [],
  );
  return {
    version: 1,
    wall: wallOf(state, now),
    occasion: state.occasion,
    rules: Object.fromEntries(saved),
    faults,
  };
}

/**
 * Rules as they stood before a restart: what was raised is raised, what was shelved is shelved, and time went on
 * meanwhile as far as the wall clock knows. Sensors have said nothing yet, and conditions hold anew.
 *
 * @param saved what {@link saveRules} gave, through JSON; anything else is no reason to fail
 */
export function restoreRules(rules: Rules, saved: unknown, wall: WallMs, now: MonotonicMs): Restored {
  const fresh = beginRules(rules, wall, now);
  const parsed = SavedRules.safeParse(saved);
  if (!parsed.success) return { state: fresh, lost: [], damage: z.prettifyError(parsed.error) };
  const { data } = parsed;
  // The clock may have been set back meanwhile: then no time went by.
  const awayMs = Math.min(Math.max(0, wall - data.wall), maxMs);
  let { alarms, sensors } = fresh;
  const lost: LostAlarm[] = [];
  for (const [name, one] of Object.entries(data.rules)) {
    const index = rules.ruleOf.get(name);
    if (index !== undefined) {
      alarms = withItem(alarms, index, restoredRule(itemAt(alarms, index), one, awayMs, now));
    } else if (one.alarm) {
      const { occasion, event } = one.alarm;
      lost.push({ rule: name, occasion, ...(event === undefined ? {} : { event }) });
    }
  }
  for (const name of data.faults) {
    const index = rules.sensorOf.get(name);
    if (index !== undefined)
      sensors = withItem(sensors, index, { ...itemAt(sensors, index), state: 'fault' });
  }
  return { state: { ...fresh, alarms, sensors, occasion: Math.max(fresh.occasion, data.occasion) }, lost };
}

function savedRule(
  { phase, alarm, shelf, quietUntil, faulted }: RuleNow,
  now: number,
): z.infer<typeof SavedRule> | undefined {
  const quietForMs = quietUntil - now;
  if (phase === 'rest' && !shelf && !faulted && !(quietForMs > 0)) return undefined;
  return {
    phase,
    faulted,
    ...(alarm && { alarm: savedAlarm(alarm, now) }),
    ...(quietForMs > 0 && { quietForMs: clamped(quietForMs) }),
    ...(shelf && {
      shelf: {
        forMs: clamped(shelf.until - now),
        lengthMs: clamped(shelf.lengthMs),
        since: shelf.since,
        reason: shelf.reason,
      },
    }),
  };
}

function savedAlarm({ raisedAt, ...alarm }: Alarm, now: number) {
  return { ...alarm, raisedForMs: clamped(now - raisedAt) };
}

function restoredRule(
  fresh: RuleNow,
  { phase, alarm, quietForMs, shelf, faulted }: z.infer<typeof SavedRule>,
  awayMs: number,
  now: number,
): RuleNow {
  const shelfMs = shelf ? Math.min(shelf.forMs - awayMs, shelf.lengthMs) : 0;
  return {
    ...fresh,
    phase: alarm ? phase : 'rest',
    faulted,
    ...(alarm && phase !== 'rest' && { alarm: restoredAlarm(alarm, awayMs, now) }),
    ...(quietForMs !== undefined && { quietUntil: now + quietForMs - awayMs }),
    ...(shelf &&
      shelfMs > 0 && {
        shelf: { since: shelf.since, until: now + shelfMs, lengthMs: shelf.lengthMs, reason: shelf.reason },
      }),
    // Escalations and the end of a shelf may be due: the first step looks.
    dueMs: now,
  };
}

function restoredAlarm(
  { raisedForMs, ...alarm }: NonNullable<z.infer<typeof SavedRule>['alarm']>,
  awayMs: number,
  now: number,
): Alarm {
  const { event, value, acknowledgedBy } = alarm;
  return {
    occasion: alarm.occasion,
    raisedAt: now - raisedForMs - awayMs,
    since: alarm.since,
    silenced: alarm.silenced,
    escalated: alarm.escalated,
    ...(event === undefined ? {} : { event }),
    ...(value === undefined ? {} : { value }),
    ...(acknowledgedBy === undefined ? {} : { acknowledgedBy }),
  };
}

function clamped(ms: number): number {
  return Math.min(Math.max(0, ms), maxMs);
}
