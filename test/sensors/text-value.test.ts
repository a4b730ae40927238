import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberOf } from '../../src/sensors/text-value.ts';

test.each([
  ['21.5', 21.5],
  [' -3 ', -3],
  ['1e3', 1000],
  ['.5', 0.5],
  ['21.5 °C', 21.5],
  ['48%', 48],
  ['ON', 1],
  ['off', 0],
  ['Online', 1],
  [true, 1],
  [false, 0],
  [4, 4],
  ['RUN', 2],
])('%o stands for %d', (said, value) => {
  expect(numberOf(said, { RUN: 2 })).toBe(value);
});

test.each([
  '',
  'nan',
  'unavailable',
  'unknown',
  'Infinity',
  '0x10',
  '1 2',
  '1,5',
  '12abc34',
  null,
  {},
  [],
  undefined,
])('%o stands for no number', (said) => {
  expect(numberOf(said)).toBeNaN();
});

test('a word of the profile goes before what is usual', () => {
  expect(numberOf('open', { open: 0 })).toBe(0);
  expect(numberOf('constructor', {})).toBeNaN();
});

test('anything ends in a number, and a number written down is read again', () => {
  fc.assert(fc.property(fc.anything(), (value) => typeof numberOf(value) === 'number'));
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e20, max: 1e20 }),
      (value) => numberOf(String(value)) === value,
    ),
  );
});
