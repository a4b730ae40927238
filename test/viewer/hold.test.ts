import { describe, expect, test } from 'vitest';
import { type HoldInput, holdMs, notHeld, stepHold } from '../../src/viewer/hold.ts';

const press = (by: 'pointer' | 'key'): HoldInput => ({ type: 'press', by });
/** Each input at its time; how often it was done, and the last phase. */
const play = (...inputs: readonly (readonly [number, HoldInput])[]): [number, string] => {
  let hold = notHeld;
  let count = 0;
  for (const [at, input] of inputs) {
    const step = stepHold(hold, input, at);
    hold = step.hold;
    if (step.done) count += 1;
  }
  return [count, hold.phase];
};

describe('press and hold', () => {
  test('a second of it does it, once', () => {
    expect(play([0, press('pointer')], [holdMs, { type: 'tick' }])).toEqual([1, 'idle']);
    expect(play([0, press('key')], [holdMs, { type: 'tick' }], [holdMs + 1, { type: 'let-go' }])).toEqual([
      1,
      'idle',
    ]);
  });

  test('let go a millisecond early, a finger has changed its mind', () => {
    expect(play([0, press('pointer')], [holdMs - 1, { type: 'let-go' }], [holdMs, { type: 'tick' }])).toEqual(
      [0, 'idle'],
    );
  });

  test('a finger that slides off, a page that scrolls, a focus that goes does nothing', () => {
    expect(play([0, press('pointer')], [500, { type: 'left' }], [holdMs, { type: 'tick' }])).toEqual([
      0,
      'idle',
    ]);
    expect(play([0, press('key')], [500, { type: 'left' }], [holdMs, { type: 'let-go' }])).toEqual([
      0,
      'idle',
    ]);
  });

  test('a short press by key, or a click without hands, asks first', () => {
    expect(play([0, press('key')], [50, { type: 'let-go' }])).toEqual([0, 'confirming']);
    expect(play([0, { type: 'activated' }])).toEqual([0, 'confirming']);
    expect(play([0, { type: 'activated' }], [9, { type: 'confirmed' }])).toEqual([1, 'idle']);
    expect(play([0, { type: 'activated' }], [9, { type: 'cancelled' }])).toEqual([0, 'idle']);
  });

  test('two short touches are no hold, however long they took together', () => {
    expect(
      play(
        [0, press('pointer')],
        [600, { type: 'let-go' }],
        [700, press('pointer')],
        [1_200, { type: 'tick' }],
        [1_300, { type: 'let-go' }],
      ),
    ).toEqual([0, 'idle']);
  });

  test('nothing that was not pressed is confirmed', () => {
    for (const type of ['let-go', 'left', 'confirmed', 'cancelled', 'tick'] as const) {
      expect(play([0, { type }])).toEqual([0, 'idle']);
    }
  });
});
