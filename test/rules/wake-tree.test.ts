import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  earliestDueMs,
  earliestIndex,
  itemAt,
  itemsOf,
  wakeTree,
  withItem,
} from '../../src/rules/wake-tree.ts';

const itself = (item: number) => item;

test('it is the list that it was made from, with what was changed, and knows who is due first', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 31, 32, 33, 1_024, 1_025, 2_100),
      fc.array(fc.tuple(fc.nat(2_099), fc.nat(50)), { maxLength: 60 }),
      (length, changes) => {
        const items = Array.from({ length }, (_, index) => 20 + ((index * 7) % 30));
        let tree = wakeTree(items, itself);
        for (const [place, value] of changes) {
          const index = place % length;
          const before = itemAt(tree, index);
          const next = withItem(tree, index, value);
          expect(itemAt(tree, index)).toBe(before);
          tree = next;
          items[index] = value;
        }
        expect(itemsOf(tree)).toEqual(items);
        expect(earliestDueMs(tree)).toBe(Math.min(...items));
        expect(earliestIndex(tree)).toBe(items.indexOf(Math.min(...items)));
      },
    ),
  );
});

test('nobody is due in an empty list, or in one of items that never are', () => {
  expect(earliestDueMs(wakeTree([], itself))).toBe(Number.POSITIVE_INFINITY);
  const tree = withItem(wakeTree([1, 2, 3]), 1, 5);
  expect(earliestDueMs(tree)).toBe(Number.POSITIVE_INFINITY);
  expect(itemsOf(tree)).toEqual([1, 5, 3]);
});
