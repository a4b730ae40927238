import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysLeft, type RetentionInput, retention } from '../../src/records/retention.ts';

const day = 86_400_000;
const now = 1_000 * day;
const file = (name: string, daysAgo: number, bytes: number, more = {}) => ({
  name,
  bytes,
  from: now - daysAgo * day,
  pinned: false,
  clip: true,
  ...more,
});
const roomy: RetentionInput = {
  files: [],
  databaseBytes: 0,
  freeBytes: 1e9,
  reserveBytes: 1e6,
  maxBytes: 1e9,
  keepClipsMs: 14 * day,
  now,
};

test('clips that are too old go, pictures and pinned clips of that age stay', () => {
  const files = [
    file('old', 15, 1),
    file('picture', 15, 1, { clip: false }),
    file('pinned', 15, 1, { pinned: true }),
    file('young', 13, 1),
  ];
  expect(retention({ ...roomy, files })).toEqual({
    go: [{ name: 'old', bytes: 1, why: 'age' }],
    missingBytes: 0,
  });
});

test('where there is too much, the oldest go first, no more than needed', () => {
  const files = [file('b', 2, 40), file('a', 3, 40), file('c', 1, 40)];
  const { go } = retention({ ...roomy, files, databaseBytes: 10, maxBytes: 100 });
  expect(go).toEqual([{ name: 'a', bytes: 40, why: 'size' }]);
});

test('the reserve is kept, and what cannot be freed is told', () => {
  const files = [file('a', 3, 40), file('pinned', 5, 500, { pinned: true })];
  expect(retention({ ...roomy, files, freeBytes: 10, reserveBytes: 100 })).toEqual({
    go: [{ name: 'a', bytes: 40, why: 'reserve' }],
    missingBytes: 50,
  });
});

test('whatever there is, nothing pinned goes, nothing younger goes before older, and no file more than is needed', () => {
  const files = fc.array(
    fc.record({
      name: fc.uuid(),
      bytes: fc.nat(1_000),
      from: fc.integer({ min: now - 30 * day, max: now + day }),
      pinned: fc.boolean(),
      clip: fc.boolean(),
    }),
    { maxLength: 30 },
  );
  const input = fc.record({
    files,
    databaseBytes: fc.nat(1_000),
    freeBytes: fc.nat(5_000),
    reserveBytes: fc.nat(5_000),
    maxBytes: fc.nat(10_000),
    keepClipsMs: fc.constant(14 * day),
    now: fc.constant(now),
  });
  fc.assert(
    fc.property(input, (given) => {
      const { go, missingBytes } = retention(given);
      const gone = new Set(go.map(({ name }) => name));
      const left = given.files.filter(({ name }) => !gone.has(name));
      expect(given.files.filter(({ name, pinned }) => pinned && gone.has(name))).toEqual([]);
      const early = go.filter(({ why }) => why !== 'age');
      const newestEarly = Math.max(
        ...early.map(({ name }) => given.files.find((one) => one.name === name)!.from),
      );
      for (const { from, pinned } of left) if (!pinned) expect(from).toBeGreaterThanOrEqual(newestEarly);
      const freed = go.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(missingBytes).toBe(Math.max(0, given.reserveBytes - given.freeBytes - freed));
      // Without the last that went before its time, a limit would be broken.
      const last = early.at(-1);
      if (last) {
        const used = given.databaseBytes + left.reduce((sum, { bytes }) => sum + bytes, 0) + last.bytes;
        const free = given.freeBytes + freed - last.bytes;
        expect(used > given.maxBytes || free < given.reserveBytes).toBe(true);
      }
    }),
  );
});

test('days left follow the rate of the last week, and are unknown before an hour is over', () => {
  const files = [file('a', 20, 1e6), file('b', 4, 100), file('c', 1, 100)];
  expect(daysLeft(files, 500, now)).toBeCloseTo(10);
  expect(daysLeft(files, -5, now)).toBe(0);
  expect(daysLeft([file('new', 0.01, 100)], 500, now)).toBeUndefined();
  expect(daysLeft([], 500, now)).toBeUndefined();
});
