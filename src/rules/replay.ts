import type { MonotonicMs, WallMs } from '../clock.ts';
import type { Rules } from './compile.ts';
import { beginRules, type ClearReason, type RulesInput, type RulesIntent, type RulesState } from './state.ts';
import { alarmOf } from './status.ts';
import { nextDueMs, step } from './step.ts';

/** A reading of the past. `time` is wall time in ms; no value: the sensor was at fault. */
export interface PastReading {
  readonly time: number;
  readonly sensor: string;
  readonly value: number | undefined;
}

/** What a rule would have done. `time` is wall time in ms. */
export type Happening = { readonly time: number; readonly rule: string } & (
  | {
      readonly what: 'raise';
      readonly sensor: string;
      readonly value?: number;
      readonly unit: string;
      readonly actions: readonly string[];
    }
  | { readonly what: 'escalate' | 'fault'; readonly actions: readonly string[] }
  | { readonly what: 'latch' | 'acknowledge' }
  | {
      readonly what: 'clear';
      readonly because: ClearReason;
      readonly raisedForMs: number;
      readonly actions: readonly string[];
    }
);

const minuteMs = 60_000;
const never = Number.POSITIVE_INFINITY;

/** Rules over readings of the past, in their time. */
export class Replay {
  readonly #rules: Rules;
  readonly #acknowledgeAfterMs: number | undefined;
  /** Wall time of the first reading: the monotonic clock's beginning. */
  #begin = 0;
  #state: RulesState | undefined;
  /** When somebody acknowledges, in the order in which they do; wall time. */
  readonly #acknowledgements: { readonly time: number; readonly rule: string }[] = [];
  readonly #raisedAt = new Map<string, number>();
  readonly #latched = new Set<string>();

  /** @param acknowledgeAfterMs somebody acknowledges every alarm after so long; by default nobody does */
  constructor(rules: Rules, acknowledgeAfterMs?: number) {
    this.#rules = rules;
    this.#acknowledgeAfterMs = acknowledgeAfterMs;
  }

  /** Takes the next reading, no earlier than the one before; gives what happened until then and by it. */
  take({ time, sensor, value }: PastReading): readonly Happening[] {
    if (this.#state === undefined) {
      this.#begin = time;
      this.#state = beginRules(this.#rules, time as WallMs, 0 as MonotonicMs);
    }
    const before = this.#advance(this.#state, time);
    const input: RulesInput =
      value === undefined
        ? { type: 'fault', sensor, reason: 'missing', detail: 'as the readings say' }
        : { type: 'reading', sensor, value };
    return [...before, ...this.#give(input, time)];
  }

  /** What is raised at the end, and since when. */
  get raised(): ReadonlyMap<string, number> {
    return this.#raisedAt;
  }

  /** Lets time pass, stopping wherever something is due: a rule, a minute where rules have hours, an acknowledgement. */
  #advance(state: RulesState, time: number): readonly Happening[] {
    const happenings: Happening[] = [];
    for (let now = state; ; now = this.#state ?? now) {
      const minutes = Math.floor((this.#begin + now.now) / minuteMs) + 1;
      const minute = this.#rules.scheduled.length > 0 ? minutes * minuteMs : never;
      const acknowledged = this.#acknowledgements[0]?.time ?? never;
      const next = Math.min(minute, acknowledged, this.#begin + (nextDueMs(now) ?? never));
      if (next > time) return happenings;
      const input = this.#dueInput(next, minute);
      happenings.push(...this.#give(input, next));
    }
  }

  #dueInput(time: number, minute: number): RulesInput {
    if (time === minute) return { type: 'wall', wall: minute as WallMs };
    if (time !== this.#acknowledgements[0]?.time) return { type: 'tick' };
    const rule = this.#acknowledgements.shift()?.rule ?? '';
    return { type: 'acknowledge', rule, by: 'replay' };
  }

  #give(input: RulesInput, time: number): readonly Happening[] {
    if (this.#state === undefined) return [];
    const { state, intents } = step(this.#state, input, (time - this.#begin) as MonotonicMs);
    this.#state = state;
    return intents.flatMap(
      (intent, index) => this.#happening(intent, actionsAfter(intents, index), state, time) ?? [],
    );
  }

  /** An alarm that is over needs nobody any more. */
  #forget(rule: string): void {
    const index = this.#acknowledgements.findIndex((one) => one.rule === rule);
    if (index >= 0) this.#acknowledgements.splice(index, 1);
  }

  #happening(
    intent: RulesIntent,
    actions: readonly string[],
    state: RulesState,
    time: number,
  ): Happening | undefined {
    switch (intent.type) {
      case 'raise': {
        const { time: raisedAt, rule, sensor, unit, value } = intent;
        this.#raisedAt.set(rule, raisedAt);
        if (this.#acknowledgeAfterMs !== undefined) {
          this.#acknowledgements.push({ time: raisedAt + this.#acknowledgeAfterMs, rule });
        }
        return {
          time: raisedAt,
          rule,
          what: 'raise',
          sensor,
          ...(value === undefined ? {} : { value }),
          unit,
          actions,
        };
      }
      case 'clear': {
        const { rule, because } = intent;
        const raisedForMs = time - (this.#raisedAt.get(rule) ?? time);
        this.#raisedAt.delete(rule);
        this.#forget(rule);
        return { time, rule, what: 'clear', because, raisedForMs, actions };
      }
      case 'acknowledged':
        return { time: intent.time, rule: intent.rule, what: 'acknowledge' };
      case 'run':
        if (intent.on !== 'escalate' && intent.on !== 'fault') return undefined;
        return { time: intent.time, rule: intent.rule, what: intent.on, actions: intent.actions };
      case 'changed': {
        const latched = alarmOf(state, intent.rule)?.state === 'latched';
        if (latched === this.#latched.has(intent.rule)) return undefined;
        if (!latched) {
          this.#latched.delete(intent.rule);
          return undefined;
        }
        this.#latched.add(intent.rule);
        return { time, rule: intent.rule, what: 'latch' };
      }
      case 'silenced':
      case 'fault':
      case 'well':
        return undefined;
    }
  }
}

/** The actions that run with an intent: those of the one behind it. */
function actionsAfter(intents: readonly RulesIntent[], index: number): readonly string[] {
  const next = intents[index + 1];
  return next?.type === 'run' && (next.on === 'raise' || next.on === 'clear') ? next.actions : [];
}
