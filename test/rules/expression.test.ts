import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { compileRules } from '../../src/rules/compile.ts';
import { parseExpression } from '../../src/rules/parse.ts';
import { RuleOptions } from '../../src/rules/rule.ts';
import { beginRules } from '../../src/rules/state.ts';
import { alarmsOf } from '../../src/rules/status.ts';
import { step } from '../../src/rules/step.ts';
import { compile, noon, problemOf, sensors, told, World } from './world.ts';

const units = sensors.map(({ unit }) => unit);

/** What a mistake points at, and what it says. */
function mistake(when: string): readonly string[] {
  const { offset, length, message, hint } = problemOf(when);
  return [when.slice(offset, offset + length), message, ...(hint === undefined ? [] : [hint])];
}

test.each([
  'machine.temperature > 80',
  'machine.temperature > 80 °C',
  'machine.temperature > 80°C',
  '80 °C < machine.temperature',
  'wind > 10 m/s or wind > 10m/s',
  'machine.temperature - room.temperature > 30 °C',
  'machine.temperature * 2 > 100 °C and machine.temperature / room.temperature > 1.5',
  'rate(machine.temperature, 1m) > 5 °C',
  'max(machine.temperature, room.temperature) > 80 and max(machine.temperature, 10m) > 90',
  'mean(bell, 1h) > 0.5',
  'mean(machine.temperature > 80, 1h) > 0.5',
  'abs(machine.temperature - mean(machine.temperature, 5m)) > 10',
  'bell and not door',
  'bell == door',
  'bell != true',
  'bell for 3s',
  'not door for 10m',
  '(bell and door) for 10s',
  'bell for 10s and door',
  'bell and (door for 10s)',
  'changed(count)',
  'not changed(count, 10m)',
  'fault(humidity) or age(humidity) > 5m',
  'age(count) > age(wind)',
  '-machine.temperature > 10 - 2 * 3',
  'not not bell',
  '((((bell))))',
])('%s is a condition', (when) => {
  expect(compile({ rule: { when } })).not.toHaveProperty('problems');
});

test.each([
  // What cannot be read.
  [' ', '', 'found the end, allowed: a sensor, a number or a function'],
  ['bell and', '', 'found the end, allowed: a sensor, a number or a function'],
  ['bell bell', 'bell', 'found "bell", allowed: and, or, for, or an operator'],
  ['(bell', '', 'found the end, allowed: ")" for the "(" at character 1'],
  ['bell)', ')', 'found ")", allowed: nothing was opened'],
  ['bell ? door', '?', 'found "?", which means nothing here'],
  ['count > 🔥', '🔥', 'found "🔥", which means nothing here'],
  ['count > 80,5', ',', 'found ",", allowed: a decimal point is written "."'],
  ['20 < count < 30', '<', 'found "<", allowed: one comparison at a time, with "and" between them'],
  ['bell for', '', 'found the end, allowed: a time with its unit: 10s, 5m'],
  ['bell for 10', '10', 'found "10", allowed: a time with its unit: 10s, 5m'],
  ['bell for 1s for 2s', 'for', 'found "for", allowed: one "for" for each condition'],
  [
    'bell and door for 10s',
    ' for 10s',
    'this "for" could mean only the last condition or all of them, put parentheses around what must hold',
  ],
  // What it cannot mean.
  ['count', 'count', 'count is a number, compare it with one: count > …'],
  ['age(count)', 'age(count)', 'age(count) is a time, compare it with one: age(count) > …'],
  ['count and bell', 'count', 'count is no condition, compare it with something: count > …'],
  ['bell + 1 > 0', 'bell', 'bell is true or false, no number'],
  ['bell > 0', 'bell', 'bell is true or false, write just: bell, or: not bell'],
  ['bell == 1', 'bell', 'bell is true or false, write just: bell, or: not bell'],
  ['bell < door', 'bell < door', 'what is true or false can be compared only with == and !=, not with <'],
  ['age(count) > 5', '5', 'age(count) is a time, compare it with one: 30s, 5m, 2h'],
  ['age(count) + 5 > 3', 'age(count)', 'age(count) is a time, compare it with one: age(count) > 90s'],
  ['rate > 5', 'rate', 'found the function "rate" alone, write: rate(x, 1m)'],
  ['rate(count) > 5', 'rate(count)', 'rate is written: rate(x, 1m)'],
  ['rate(count, 5) > 5', 'rate(count, 5)', 'rate is written: rate(x, 1m)'],
  ['mean(count, 0s) > 5', 'mean(count, 0s)', 'mean looks back over a time that is longer than nothing'],
  [
    'mean(bell for 5s, 1m) > 0.5',
    'bell for 5s',
    'mean takes sensors and what is computed of them, nothing that changes by time alone',
  ],
  [
    'max(mean(count, 1m), 5m) > 5',
    'mean(count, 1m)',
    'max takes sensors and what is computed of them, nothing that changes by time alone',
  ],
  ['fault(count + 1)', 'count + 1', 'fault takes the name of a sensor, nothing computed'],
  // What it never is.
  ['1 < 2', '1 < 2', 'this names no sensor, so it never changes'],
  [
    'machine.temperature > 150',
    'machine.temperature > 150',
    'this can never be true, by itself or by the ranges of its sensors',
  ],
  [
    'machine.temperature >= -20',
    'machine.temperature >= -20',
    'this is always true, by itself or by the ranges of its sensors',
  ],
  [
    'humidity + 10 > 120',
    'humidity + 10 > 120',
    'this can never be true, by itself or by the ranges of its sensors',
  ],
  [
    'count > 80 and count < 70',
    'count > 80 and count < 70',
    'this can never be true, by itself or by the ranges of its sensors',
  ],
  [
    'count < 80 or count > 70',
    'count < 80 or count > 70',
    'this is always true, by itself or by the ranges of its sensors',
  ],
  [
    'bell and (not bell) for 3s or count > 3 and 3 > count',
    'bell and (not bell) for 3s or count > 3 and 3 > count',
    '',
  ],
] as const)('%s is a mistake, shown at its place', (when, pointedAt, message) => {
  const [at, says] = mistake(when);
  if (message !== '') expect(says).toBe(message);
  expect(at).toBe(message === '' ? ' for 3s' : pointedAt);
});

test('a mistyped word is answered with the nearest one, and nonsense with none', () => {
  expect(mistake('machine.temprature > 80')).toEqual([
    'machine.temprature',
    'there is no sensor "machine.temprature", there are: machine.temperature, room.temperature, humidity, wind, count, bell, door',
    'machine.temperature',
  ]);
  expect(mistake('average(count, 5m) > 80')).toHaveLength(2);
  expect(mistake('mena(count, 5m) > 80')).toEqual(['mena', expect.any(String), 'mean']);
  expect(mistake('bell && door')).toEqual(['&&', 'found "&&", write: and', 'and']);
  expect(mistake('count = 3')).toEqual(['=', 'found "=", write: ==', '==']);
});

test('a unit that is not the sensor’s is a mistake, with the right one as a hint', () => {
  expect(mistake('machine.temperature > 80 %')).toEqual([
    '80 %',
    '80 % is in %, but machine.temperature is in °C',
    '80 °C',
  ]);
  expect(mistake('80 F < machine.temperature')).toEqual([
    '80 F',
    '80 F is in F, but machine.temperature is in °C',
    '80 °C',
  ]);
  expect(mistake('count > 3 °C')).toEqual(['3 °C', '3 °C is in °C, but count is without a unit', '3']);
  expect(mistake('humidity > wind')).toEqual(['wind', 'wind is in m/s, but humidity is in %']);
  expect(mistake('max(humidity, machine.temperature) > 3')[0]).toBe('machine.temperature');
  expect(mistake('mean(humidity, 5m) + 3 °C > 3')[0]).toBe('3 °C');
});

test('every mistake of all rules is told at once', () => {
  const result = compile({ one: { when: 'bel', clear: 'dor' }, two: { when: 'bell' }, three: { when: '(' } });
  expect('problems' in result && result.problems.map(({ rule, key }) => `${rule}.${key}`)).toEqual([
    'one.when',
    'one.clear',
    'three.when',
  ]);
});

/** Pieces of conditions, so that random texts get past the first letter. */
const piece = fc.oneof(
  fc.constantFrom(
    'and',
    'or',
    'not',
    'for',
    'true',
    '10s',
    '5m',
    '(',
    ')',
    ',',
    '<',
    '>=',
    '==',
    '+',
    '-',
    '/',
    '*',
  ),
  fc.constantFrom(
    'rate(',
    'mean(',
    'max(',
    'abs(',
    'changed(',
    'fault(',
    'age(',
    'x(',
    '°C',
    '%',
    'm/s',
    '🔥',
    '.',
  ),
  fc.constantFrom(...sensors.map(({ sensor }) => sensor)),
  fc.nat(200).map(String),
);
const soup = fc
  .array(fc.tuple(piece, fc.constantFrom('', ' ')), { maxLength: 40 })
  .map((pieces) => pieces.flat().join(''));

test('whatever the text is, it is read or the mistake has its place in it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 600 }), fc.string({ unit: 'binary', maxLength: 60 }), soup),
      (text) => {
        const parsed = parseExpression(text, units);
        const result =
          'problem' in parsed ? { problems: [parsed.problem] } : compile({ rule: { when: text || ' ' } });
        if (!('problems' in result)) return;
        for (const { offset, length, message, hint } of result.problems) {
          expect(offset).toBeGreaterThanOrEqual(0);
          expect(offset + length).toBeLessThanOrEqual(text.length);
          if (offset < text.length) expect(length).toBeGreaterThan(0);
          expect(message.length).toBeGreaterThan(0);
          expect(hint).not.toBe('');
        }
      },
    ),
    { numRuns: 4_000 },
  );
});

test('what is nested a thousand times is refused, not followed', () => {
  for (const text of ['('.repeat(400), 'not '.repeat(120), '-'.repeat(400), 'abs('.repeat(100)]) {
    expect(parseExpression(text, [])).toMatchObject({ problem: { message: 'this is nested too deeply' } });
  }
  expect(parseExpression(`${'bell and '.repeat(60)}bell`, [])).toMatchObject({ problem: { offset: 500 } });
});

// Conditions as trees, with their meaning written down a second time.

/** undefined: not known. */
type Values = Readonly<Record<string, number | undefined>>;

interface Meaning {
  readonly text: string;
  of(values: Values): number | undefined;
}

const known = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
const names = ['a', 'b', 'c'] as const;
const flags = ['f', 'g'] as const;
const few: readonly { sensor: string; unit: string; type: 'number' | 'boolean'; range?: [number, number] }[] =
  [
    ...names.map((sensor) => ({
      sensor,
      unit: '',
      type: 'number' as const,
      range: [-3, 3] as [number, number],
    })),
    ...flags.map((sensor) => ({ sensor, unit: '', type: 'boolean' as const })),
  ];

const { condition } = fc.letrec<{ quantity: Meaning; condition: Meaning }>((tie) => ({
  quantity: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.integer({ min: 0, max: 4 }).map((value) => ({ text: String(value), of: () => value })),
    fc.constantFrom(...names).map((name) => ({ text: name, of: (values: Values) => values[name] })),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/'), tie('quantity'), tie('quantity'))
      .map(([op, left, right]) => ({
        text: `(${left.text} ${op} ${right.text})`,
        of: (values: Values) => {
          const [x, y] = [left.of(values), right.of(values)];
          if (x === undefined || y === undefined) return undefined;
          return known({ '+': x + y, '-': x - y, '*': x * y, '/': x / y }[op] ?? Number.NaN);
        },
      })),
    fc.tuple(fc.constantFrom('min', 'max'), tie('quantity'), tie('quantity')).map(([fn, left, right]) => ({
      text: `${fn}(${left.text}, ${right.text})`,
      of: (values: Values) => {
        const [x, y] = [left.of(values), right.of(values)];
        return x === undefined || y === undefined ? undefined : Math[fn as 'min'](x, y);
      },
    })),
    tie('quantity').map((inner) => ({
      text: `abs(-${inner.text})`,
      of: (values: Values) => {
        const x = inner.of(values);
        return x === undefined ? undefined : Math.abs(x);
      },
    })),
  ),
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...flags).map((name) => ({ text: name, of: (values: Values) => values[name] })),
    fc
      .tuple(fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('quantity'), tie('quantity'))
      .map(([op, left, right]) => ({
        text: `${left.text} ${op} ${right.text}`,
        of: (values: Values) => {
          const [x, y] = [left.of(values), right.of(values)];
          if (x === undefined || y === undefined) return undefined;
          return Number(
            { '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y, '==': x === y, '!=': x !== y }[op],
          );
        },
      })),
    tie('condition').map((inner) => ({
      text: `not (${inner.text})`,
      of: (values: Values) => {
        const x = inner.of(values);
        return x === undefined ? undefined : 1 - x;
      },
    })),
    fc.tuple(fc.constantFrom('and', 'or'), tie('condition'), tie('condition')).map(([op, left, right]) => ({
      text: `(${left.text} ${op} ${right.text})`,
      of: (values: Values) => {
        const sides = [left.of(values), right.of(values)];
        const decisive = op === 'and' ? 0 : 1;
        if (sides.includes(decisive)) return decisive;
        return sides.includes(undefined) ? undefined : 1 - decisive;
      },
    })),
  ),
}));

const values = fc.record({
  ...Object.fromEntries(
    names.map((name) => [name, fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined })]),
  ),
  ...Object.fromEntries(flags.map((name) => [name, fc.option(fc.nat(1), { nil: undefined })])),
}) as fc.Arbitrary<Record<string, number | undefined>>;

test('a condition means what is written, and what is not known stays unknown', () => {
  fc.assert(
    fc.property(condition, fc.array(values, { minLength: 1, maxLength: 6 }), (meaning, situations) => {
      fc.pre(meaning.text.length <= 500);
      const compiled = compileRules({ rule: RuleOptions.parse({ when: meaning.text }) }, few, 'UTC');
      if ('problems' in compiled) {
        const [problem] = compiled.problems;
        const isNever = problem?.message.startsWith('this can never be true');
        expect(isNever || /^this (is always true|names no sensor)/.test(problem?.message ?? '')).toBe(true);
        // What is said to be certain is so in every situation.
        if (problem?.message.startsWith('this names')) return;
        for (const situation of situations)
          expect([isNever ? 0 : 1, undefined]).toContain(meaning.of(situation));
        return;
      }
      for (const situation of situations) {
        let state = beginRules(compiled.rules, noon, 0 as MonotonicMs);
        for (const [sensor, value] of Object.entries(situation)) {
          if (value !== undefined) state = step(state, { type: 'reading', sensor, value }, state.now).state;
        }
        const raised = alarmsOf(state).length === 1;
        // Readings come one by one, so it may have been raised on the way and be unknown now: it was never false then.
        if (meaning.of(situation) === 1) expect(raised).toBe(true);
        if (meaning.of(situation) === 0) expect(raised).toBe(false);
      }
    }),
    { numRuns: 1_500 },
  );
});

test('changed(x) is true for a second after a change, and no first reading is one', () => {
  const world = new World({ moved: { when: 'changed(count)' } });
  expect(world.read('count', 3)).toEqual([]);
  expect(world.read('count', 3)).toEqual([]);
  expect(told(world.read('count', 4))).toEqual(['raise']);
  expect(told(world.pass(999))).toEqual([]);
  expect(told(world.pass(1))).toEqual(['clear']);
});

test('age(x) grows by itself, through a fault too, and is not known before the first reading', () => {
  const world = new World({ silent: { when: 'age(count) > 5m' } });
  expect(world.pass(3_600_000)).toEqual([]);
  world.read('count', 3);
  world.pass(120_000);
  world.fault('count');
  expect(told(world.pass(180_000))).toEqual([]);
  expect(told(world.pass(1_000))).toEqual(['raise']);
  expect(told(world.read('count', 3))).toEqual(['well', 'clear']);
});

test('each part of a condition has a hold of its own', () => {
  const world = new World({ both: { when: '(bell for 5s) and (door for 10s)' } });
  world.read('door', 1);
  world.pass(7_000);
  world.read('bell', 1);
  expect(told(world.pass(4_999))).toEqual([]);
  expect(told(world.pass(1))).toEqual(['raise']);
  expect(told(world.read('door', 0))).toEqual(['clear']);
});
