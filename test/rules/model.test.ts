import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import { restoreRules, saveRules } from '../../src/rules/save.ts';
import { beginRules, type RulesInput, type RulesIntent, type RulesState } from '../../src/rules/state.ts';
import { alarmsOf } from '../../src/rules/status.ts';
import { step } from '../../src/rules/step.ts';
import { type ModelRule, RuleModel } from './model.ts';
import { compiled, noon } from './world.ts';

/** Moments of the model: it looks at each of them. */
const moment = 1_000;
const above = 80;
const below = 75;

interface Event {
  /** Moments since the one before. */
  readonly wait: number;
  readonly input: RulesInput;
}

const rule = fc.record({
  hold: fc.constantFrom(0, 1, 3, 10),
  cooldown: fc.constantFrom(0, 1, 5, 20),
  latch: fc.boolean(),
  escalate: fc.constantFrom([], [2], [4, 9]),
  hysteresis: fc.boolean(),
});

const sensor = 'machine.temperature';
const input: fc.Arbitrary<RulesInput> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(70, 74, 77, 80, 81, 90).map((value) => ({ type: 'reading', sensor, value })),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'fault', sensor, reason: 'missing', detail: '' }) },
  { weight: 1, arbitrary: fc.constant({ type: 'well', sensor }) },
  { weight: 2, arbitrary: fc.constant({ type: 'acknowledge', rule: 'hot', by: 'Ada' }) },
  { weight: 1, arbitrary: fc.constant({ type: 'silence', rule: 'hot' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 3, 12).map((length) => ({
      type: 'shelve',
      rule: 'hot',
      ms: length * moment,
      reason: 'why not',
    })),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'tick' }) },
  // Back and forth by up to a year.
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: -365, max: 365 })
      .map((days) => ({ type: 'wall', wall: (noon + days * 86_400_000) as WallMs })),
  },
) as fc.Arbitrary<RulesInput>;
const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.record({ wait: fc.constantFrom(0, 0, 1, 1, 2, 5, 12), input }),
  { minLength: 1, maxLength: 60 },
);

type Written = ModelRule & { readonly hysteresis: boolean };

function rulesOf({ hold, cooldown, latch, escalate, hysteresis }: Written) {
  return compiled({
    hot: {
      when: `${sensor} > ${above}`,
      ...(hysteresis ? { clear: `${sensor} < ${below}` } : {}),
      for: `${hold}s`,
      cooldown: `${cooldown}s`,
      latch,
      escalate: escalate.map((after) => ({ after: `${after}s`, do: ['phone'] })),
      do: ['siren'],
    },
  });
}

/** Runs the rules over what happens; `between` may do something to the state after each event. */
function run(
  written: Written,
  all: readonly Event[],
  between: (state: RulesState, now: number) => RulesState = (state) => state,
) {
  let state = beginRules(rulesOf(written), noon, 0 as MonotonicMs);
  let now = 0;
  const intents: RulesIntent[] = [];
  const give = (one: RulesInput) => {
    const next = step(state, one, (now * moment) as MonotonicMs);
    state = next.state;
    intents.push(...next.intents);
  };
  for (const event of all) {
    now += event.wait;
    give(event.input);
    state = between(state, now * moment);
  }
  now += 60;
  give({ type: 'tick' });
  return { intents, state };
}

/** What the model says about the same. */
function expected({ hysteresis, ...written }: Written, all: readonly Event[]): readonly string[] {
  const model = new RuleModel(written);
  let now = 0;
  let atFault = false;
  const goTo = (end: number) => {
    while (now < end) model.look(++now);
  };
  for (const { wait, input: one } of all) {
    goTo(now + wait);
    if (one.type === 'reading') {
      atFault = false;
      const isTrue = one.value > above;
      model.is(isTrue, hysteresis ? one.value < below : !isTrue, now);
    } else if (one.type === 'fault') {
      atFault = true;
      model.is(undefined, undefined, now);
    } else if (one.type === 'well' && atFault) {
      atFault = false;
      model.is(undefined, undefined, now);
    } else if (one.type === 'acknowledge') model.acknowledge(now);
    else if (one.type === 'shelve') model.shelve(one.ms / moment, now);
  }
  goTo(now + 60);
  return model.told;
}

/** The same words for what the rules say. Wall time jumps, so the time is the model's business alone where it does. */
function words(intents: readonly RulesIntent[], withTime: boolean): readonly string[] {
  return intents.flatMap((intent) => {
    if (intent.type !== 'raise' && intent.type !== 'clear' && intent.type !== 'acknowledged') {
      if (intent.type !== 'run' || intent.on !== 'escalate') return [];
    }
    const name = intent.type === 'run' ? 'escalate' : intent.type;
    const what = intent.type === 'clear' && intent.because === 'shelved' ? 'clear shelved' : name;
    return [withTime ? `${what} ${(intent.time - noon) / moment}` : what];
  });
}

test('rules raise, clear and escalate when the model does, for any sequence and any clock', () => {
  fc.assert(
    fc.property(rule, events, (written, all) => {
      const jumps = all.some((event) => event.input.type === 'wall');
      const model = expected(written, all);
      const wanted = jumps ? model.map((line) => line.replace(/ \d+$/, '')) : model;
      expect(words(run(written, all).intents, !jumps)).toEqual(wanted);
    }),
    { numRuns: 2_000 },
  );
});

test('no alarm raises twice without a clear, nor does one clear that was not raised', () => {
  fc.assert(
    fc.property(rule, events, (written, all) => {
      let raised = 0;
      for (const intent of run(written, all).intents) {
        if (intent.type === 'raise') raised++;
        if (intent.type === 'clear') raised--;
        expect(raised === 0 || raised === 1).toBe(true);
      }
    }),
  );
});

test('how often somebody looks changes nothing', () => {
  fc.assert(
    fc.property(rule, events, fc.array(fc.nat(11), { maxLength: 60 }), (written, all, ticks) => {
      const looked = all.flatMap((event, index) => {
        const early = Math.min(ticks[index] ?? 0, event.wait);
        return [
          { wait: early, input: { type: 'tick' } as const },
          { wait: event.wait - early, input: event.input },
        ];
      });
      expect(run(written, looked).intents).toEqual(run(written, all).intents);
    }),
  );
});

test('a clock that goes backwards is a clock that stands still', () => {
  fc.assert(
    fc.property(rule, fc.array(fc.record({ now: fc.nat(60), input })), (written, all) => {
      const begin = beginRules(rulesOf(written), noon, 0 as MonotonicMs);
      const through = (times: readonly number[]) => {
        let state = begin;
        return all.flatMap(({ input: one }, index) => {
          const next = step(state, one, ((times[index] ?? 0) * moment) as MonotonicMs);
          state = next.state;
          return next.intents;
        });
      };
      const times = all.map(({ now }) => now);
      let latest = 0;
      const standing = times.map((time) => (latest = Math.max(latest, time)));
      expect(through(times)).toEqual(through(standing));
    }),
  );
});

test('a restart at any point tells nothing twice, and changes nothing that people see', () => {
  fc.assert(
    fc.property(rule, events, fc.array(fc.boolean(), { maxLength: 60 }), (written, all, restarts) => {
      // What conditions hold is not kept, so without a hold nothing at all may differ.
      const unheld = { ...written, hold: 0 };
      const plain = run(unheld, all);
      let last: RulesInput | undefined;
      let index = 0;
      const restarted = run(unheld, all, (state, now) => {
        const one = all[index]?.input;
        if (one?.type === 'reading') last = one;
        if (one?.type === 'fault') last = undefined;
        if (!restarts[index++]) return state;
        const saved: unknown = JSON.parse(JSON.stringify(saveRules(state)));
        const wall = (state.wall + (now - state.wallAt)) as WallMs;
        const restored = restoreRules(state.rules, saved, wall, now as MonotonicMs);
        expect(restored).toEqual({ state: restored.state, lost: [] });
        expect(alarmsOf(restored.state)).toEqual(alarmsOf(state));
        if (!last) return restored.state;
        // The sensor says again what it said last.
        const again = step(restored.state, last, now as MonotonicMs);
        expect(again.intents).toEqual([]);
        return again.state;
      });
      expect(words(restarted.intents, false)).toEqual(words(plain.intents, false));
      expect(alarmsOf(restarted.state)).toEqual(alarmsOf(plain.state));
    }),
    { numRuns: 500 },
  );
});
