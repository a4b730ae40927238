import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputEvents } from '../../src/keypads/input-event.ts';
import { inputEvent, pressesOf } from './input-events.ts';

const taken = (bytes: Uint8Array) => new InputEvents().take(bytes);

test('the numeric block, the row of digits and a telephone’s keys are the same digits', () => {
  for (const codes of [
    [82, 79, 80, 81, 75, 76, 77, 71, 72, 73],
    [11, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    Array.from({ length: 10 }, (_, index) => 0x200 + index),
  ])
    expect(taken(Buffer.concat(codes.map((code) => inputEvent(1, code, 1)))).join('')).toBe('0123456789');
});

test('Enter and # enter; Escape, Backspace and * clear; all else is nothing', () => {
  const of = (code: number) => taken(inputEvent(1, code, 1));
  for (const code of [28, 96, 0x20b]) expect(of(code)).toEqual(['enter']);
  for (const code of [1, 14, 55, 0x20a]) expect(of(code)).toEqual(['clear']);
  for (const code of [0, 69, 74, 78, 83, 102, 0x300]) expect(of(code)).toEqual([]);
});

test('a key that is held or let go of is not pressed again, and what is no key is none', () => {
  expect(taken(Buffer.concat([inputEvent(1, 79, 2), inputEvent(1, 79, 0), inputEvent(4, 79, 1)]))).toEqual(
    [],
  );
});

test('events are the same however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 })), fc.array(fc.integer({ min: 1, max: 60 })), (digits, cuts) => {
      const bytes = pressesOf(digits.join(''));
      const events = new InputEvents();
      const keys: string[] = [];
      let at = 0;
      for (const length of [...cuts, bytes.length]) {
        keys.push(...events.take(bytes.subarray(at, at + length)));
        at += length;
      }
      expect(keys).toEqual(digits.map(String));
    }),
  );
});

test('any bytes are keys or none, never a throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => Array.isArray(taken(bytes))));
});
