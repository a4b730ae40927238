import type { Rule } from './compile.ts';
import type { Alarm, ClearReason, RuleNow } from './state.ts';

/** What a rule is judged by. */
export interface Facts {
  readonly now: number;
  /** Its condition: 1, 0, or NaN where that is not known. */
  readonly when: number;
  /** The one that ends it, where it has one. */
  readonly clear: number | undefined;
  /** One of its sensors is at fault. */
  readonly anyFault: boolean;
  /** All of them have said something, and none is at fault. */
  readonly allWell: boolean;
}

/** What came of a judgement, in the order in which it happened. */
export type Verdict =
  | { readonly type: 'raise'; readonly actions: readonly string[] }
  | { readonly type: 'escalate'; readonly actions: readonly string[]; readonly alarm: Alarm }
  | {
      readonly type: 'clear';
      readonly actions: readonly string[];
      readonly alarm: Alarm;
      readonly because: ClearReason;
    }
  | { readonly type: 'fault'; readonly actions: readonly string[] }
  | { readonly type: 'changed' };

/** Makes the alarm that begins now. */
export type BeginAlarm = () => Alarm;

const none = Number.NaN;
const never = Number.POSITIVE_INFINITY;

/**
 * A rule's life:
 *
 * ```
 *           true for `for`, not in cooldown, not shelved
 *   ┌────▶ rest ──────────────────────────────────────────▶ raised ◀──true again──┐
 *   │       ▲ over (acknowledged, or it does not latch) ──────┤ │                 │
 *   │       └─────────────────────────────────────────────────┘ └─over, not───▶ latched
 *   └──────────────── acknowledged, shelved, out of hours ────────acknowledged────┘
 * ```
 *
 * What is not known neither raises nor ends an alarm.
 *
 * @param wakeMs when the conditions want another look
 */
export function judge(
  rule: Rule,
  before: RuleNow,
  facts: Facts,
  wakeMs: number,
  begin: BeginAlarm,
): { readonly next: RuleNow; readonly verdicts: readonly Verdict[] } {
  const { options } = rule;
  const { now } = facts;
  const verdicts: Verdict[] = [];
  let dueMs = wakeMs;
  let { phase, trueSince, alarm, shelf, faulted, quietUntil } = before;

  if (shelf && now >= shelf.until) {
    shelf = undefined;
    verdicts.push({ type: 'changed' });
  }
  if (shelf) dueMs = Math.min(dueMs, shelf.until);

  if (facts.allWell) faulted = false;
  if (facts.anyFault && !faulted && before.counts && !shelf) {
    faulted = true;
    if (options.onFault.length > 0) verdicts.push({ type: 'fault', actions: options.onFault });
  }

  const isTrue = before.counts && facts.when === 1;
  trueSince = isTrue ? (Number.isNaN(trueSince) ? now : trueSince) : none;
  const readyMs = isTrue
    ? Math.max(trueSince + (options.for ?? 0), phase === 'rest' ? quietUntil : trueSince)
    : never;
  const isOver =
    !before.counts || (!isTrue && (facts.clear === undefined ? facts.when === 0 : facts.clear === 1));

  if (phase === 'raised' && isOver && alarm) {
    if (options.latch && alarm.acknowledgedBy === undefined) {
      phase = 'latched';
      verdicts.push({ type: 'changed' });
    } else {
      const because = before.counts ? 'over' : 'hours';
      verdicts.push({ type: 'clear', alarm, because, actions: options.onClear }, { type: 'changed' });
      phase = 'rest';
      alarm = undefined;
      quietUntil = now + (options.cooldown ?? 0);
    }
  } else if (phase === 'latched' && alarm && now >= readyMs) {
    phase = 'raised';
    // The danger is back: whoever silenced it has not heard of that.
    alarm = { ...alarm, silenced: false };
    verdicts.push({ type: 'changed' });
  } else if (phase === 'rest' && !shelf && now >= readyMs) {
    phase = 'raised';
    alarm = begin();
    verdicts.push({ type: 'raise', actions: options.do }, { type: 'changed' });
  }
  if (phase !== 'raised' && readyMs > now) dueMs = Math.min(dueMs, readyMs);

  while (alarm && alarm.acknowledgedBy === undefined) {
    const escalation = options.escalate[alarm.escalated];
    if (escalation === undefined) break;
    const escalateMs = alarm.raisedAt + escalation.after;
    if (now < escalateMs) {
      dueMs = Math.min(dueMs, escalateMs);
      break;
    }
    alarm = { ...alarm, escalated: alarm.escalated + 1 };
    verdicts.push({ type: 'escalate', actions: escalation.do, alarm });
  }

  const next: RuleNow = {
    phase,
    trueSince,
    holds: before.holds,
    quietUntil,
    ...(alarm && { alarm }),
    ...(shelf && { shelf }),
    faulted,
    counts: before.counts,
    dueMs,
  };
  return { next, verdicts };
}

/** The rule's alarm is over at once: it was acknowledged when its condition was over already, or shelved. */
export function endAlarm(
  rule: Rule,
  before: RuleNow,
  now: number,
  because: ClearReason,
): { readonly next: RuleNow; readonly verdicts: readonly Verdict[] } {
  const { alarm, ...rest } = before;
  if (!alarm) return { next: before, verdicts: [] };
  return {
    // A shelf that ends leaves no silence behind.
    next: {
      ...rest,
      phase: 'rest',
      quietUntil: because === 'shelved' ? rest.quietUntil : now + (rule.options.cooldown ?? 0),
    },
    verdicts: [{ type: 'clear', alarm, because, actions: because === 'over' ? rule.options.onClear : [] }],
  };
}
