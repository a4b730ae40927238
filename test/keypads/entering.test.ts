import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import {
  beginEntering,
  type Entering,
  type EnteringEffect,
  type EnteringInput,
  lockoutMs,
  silenceMs,
  stepEntering,
  type Verdict,
  wrongPerLockout,
} from '../../src/keypads/entering.ts';
import type { Key } from '../../src/keypads/kind.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A keypad with a hand-turned clock, and whoever knows codes behind it. */
class Pad {
  now = 1_000;
  readonly judged: string[] = [];
  refused = 0;
  kept = 0;
  state: Entering;
  readonly #verdict: (code: string) => Verdict;

  constructor(verdict: (code: string) => Verdict, kept = 0) {
    this.#verdict = verdict;
    this.kept = kept;
    this.state = beginEntering(kept, this.now as MonotonicMs);
  }

  input(input: EnteringInput): void {
    const { state, effects } = stepEntering(this.state, input, this.now as MonotonicMs);
    this.state = state;
    for (const effect of effects) this.#do(effect);
  }

  type(keys: string): void {
    for (const key of keys)
      this.input({ type: 'key', key: key === '#' ? 'enter' : key === '*' ? 'clear' : (key as Key) });
  }

  #do(effect: EnteringEffect): void {
    if (effect.do === 'refuse') this.refused += 1;
    if (effect.do === 'count') {
      this.kept = effect.wrong;
      this.input({ type: 'counted' });
    }
    if (effect.do === 'judge') {
      this.judged.push(effect.code);
      this.input({ type: 'judged', verdict: this.#verdict(effect.code) });
    }
  }
}

const key = fc.constantFrom(...'0123456789#*');

describe('typing', () => {
  test('what is entered is what was typed since the last entering, clearing, and 10 s of silence', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.constantFrom(0, 200, silenceMs - 1, silenceMs))), (presses) => {
        const pad = new Pad(() => 'right');
        const expected: string[] = [];
        let typed = '';
        for (const [pressed, pause] of presses) {
          pad.now += pause;
          if (pause >= silenceMs) typed = '';
          pad.type(pressed);
          if (pressed === '#' && typed !== '') expected.push(typed.slice(0, 9));
          typed = pressed === '#' || pressed === '*' ? '' : typed + pressed;
        }
        expect(pad.judged).toEqual(expected);
      }),
    );
  });

  test('too many digits are no code, whatever they begin with', () => {
    const pad = new Pad((code) => (code === '12345678' ? 'right' : 'wrong'));
    pad.type('123456781#');
    pad.input({ type: 'code', text: '12345678 and more' });
    expect(pad.state.wrong).toBe(2);
    pad.input({ type: 'code', text: '12345678' });
    expect(pad.state.wrong).toBe(0);
  });

  test('while one code is looked at and counted, no key and no other code is taken', () => {
    const now = 0 as MonotonicMs;
    const typed = stepEntering(beginEntering(0, now), { type: 'code', text: '1' }, now);
    expect(typed.effects).toEqual([{ do: 'judge', code: '1' }]);
    const wrong = stepEntering(typed.state, { type: 'judged', verdict: 'wrong' }, now);
    for (const { state } of [typed, wrong]) {
      expect(stepEntering(state, { type: 'code', text: '2' }, now).effects).toEqual([]);
      expect(stepEntering(state, { type: 'key', key: 'enter' }, now).effects).toEqual([]);
    }
    const counted = stepEntering(wrong.state, { type: 'counted' }, now);
    expect(stepEntering(counted.state, { type: 'code', text: '2' }, now).effects).toHaveLength(1);
  });
});

describe('wrong codes', () => {
  test('five lock it for a minute, five more for two, and so on to an hour', () => {
    expect([5, 10, 15, 20, 25, 30, 35, 40, 5_000].map((wrong) => lockoutMs(wrong) / minute)).toEqual([
      1, 2, 4, 8, 16, 32, 60, 60, 60,
    ]);
    expect([0, 1, 4, 6, 9].map(lockoutMs)).toEqual([0, 0, 0, 0, 0]);
  });

  test('a locked keypad looks at no code, not even a right one, and says so', () => {
    const pad = new Pad((code) => (code === '1' ? 'right' : 'wrong'));
    for (let each = 0; each < wrongPerLockout; each += 1) pad.type('2#');
    pad.now += minute - 1;
    pad.type('1#');
    expect([pad.judged.length, pad.refused]).toEqual([5, 1]);
    pad.now += 1;
    pad.type('1#');
    expect([pad.judged.length, pad.kept]).toEqual([6, 0]);
  });

  test('a code that does not open now neither counts nor forgives', () => {
    const pad = new Pad((code) => (code === '1' ? 'refused' : 'wrong'));
    pad.type('2#');
    for (let each = 0; each < 20; each += 1) pad.type('1#');
    expect([pad.state.wrong, pad.judged.length]).toEqual([1, 21]);
  });

  test('whatever is typed when, and however often it is restarted, no more is tried than the lockouts allow', () => {
    const act = fc.oneof(
      fc.record({ do: fc.constant('type' as const), keys: fc.array(key, { maxLength: 12 }) }),
      fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(1, 9_999, minute - 1, minute, hour),
      }),
      fc.record({ do: fc.constant('restart' as const) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        let pad = new Pad(() => 'wrong');
        let clock = 0;
        let tried = 0;
        for (const each of acts) {
          if (each.do === 'wait') {
            pad.now += each.ms;
            clock += each.ms;
          } else if (each.do === 'restart') {
            tried += pad.judged.length;
            pad = new Pad(() => 'wrong', pad.kept);
          } else pad.type(each.keys.join(''));
        }
        tried += pad.judged.length;
        // So many lockouts were sat out in that time, and five tries come before each.
        let [allowed, spent] = [wrongPerLockout, 0];
        for (spent += lockoutMs(allowed); spent <= clock; spent += lockoutMs(allowed))
          allowed += wrongPerLockout;
        expect(tried).toBeLessThanOrEqual(allowed);
        expect(pad.kept).toBe(tried);
      }),
    );
  });

  test('whoever tries all the time tries 120 codes a day, and 35 more at the beginning', () => {
    const pad = new Pad(() => 'wrong');
    const days = 30;
    for (; pad.now < days * 24 * hour; pad.now += 10_000) pad.input({ type: 'code', text: '12345678' });
    expect(pad.judged.length).toBeGreaterThan(days * 115);
    expect(pad.judged.length).toBeLessThanOrEqual(days * 120 + 35);
  });
});
