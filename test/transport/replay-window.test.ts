import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplayWindow } from '../../src/transport/replay-window.ts';

/** The same by remembering everything. */
class Remembering {
  readonly #seen = new Set<number>();
  #newest = -1;
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  check(number: number) {
    if (number <= this.#newest - this.size) return 'tooOld';
    return this.#seen.has(number) ? 'replayed' : 'new';
  }

  mark(number: number) {
    this.#seen.add(number);
    this.#newest = Math.max(this.#newest, number);
  }
}

test('the window answers as one that remembers every number, in any order and at any height', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(64, 128, 1024),
      fc.constantFrom(0, 2 ** 16 - 100, 2 ** 31 - 100, 2 ** 32 - 100, 2 ** 48 - 3000),
      fc.array(fc.oneof(fc.nat(200), fc.nat(2900)), { maxLength: 300 }),
      (size, base, steps) => {
        const window = new ReplayWindow(size);
        const model = new Remembering(size);
        for (const step of steps) {
          const verdict = window.check(base + step);
          expect(verdict).toBe(model.check(base + step));
          if (verdict !== 'new') continue;
          window.mark(base + step);
          model.mark(base + step);
          expect(window.check(base + step)).toBe('replayed');
        }
      },
    ),
  );
});

test('a number that is only asked about is not remembered', () => {
  const window = new ReplayWindow();
  window.mark(5);
  expect(window.check(1_000_000)).toBe('new');
  expect(window.newest).toBe(5);
  expect(window.check(5)).toBe('replayed');
});
