import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SequenceFollower } from '../../src/rtp/sequence.ts';

/** Follows all of them; gives the extended numbers, `?` for what was not believed, `!` in front where it began anew. */
function follow(numbers: readonly number[]) {
  const follower = new SequenceFollower();
  return numbers.map((number) => {
    const place = follower.follow(number);
    return place ? `${place.restarted ? '!' : ''}${place.extended}` : '?';
  });
}

test('numbers go on over each wrap', () => {
  expect(follow([65_534, 65_535, 0, 1])).toEqual(['65534', '65535', '65536', '65537']);
});

test('a packet from before the wrap that comes after it keeps its place', () => {
  expect(follow([65_534, 0, 65_535])).toEqual(['65534', '65536', '65535']);
});

test('a packet that left before the first one stands before it', () => {
  expect(follow([0, 65_535])).toEqual(['0', '-1']);
});

test('one number from far away is not believed, two in a row are a sender that began anew', () => {
  expect(follow([10, 30_000, 11, 12])).toEqual(['10', '?', '11', '12']);
  expect(follow([10, 30_000, 30_001, 30_002])).toEqual(['10', '?', '!30001', '30002']);
  expect(follow([30_000, 10, 11])).toEqual(['30000', '?', '!11']);
  // Two strangers that do not follow each other are no sender.
  expect(follow([10, 30_000, 40_000, 11])).toEqual(['10', '?', '?', '11']);
});

test('a loss of 3,000 packets and a delay of 1,000 are believed', () => {
  expect(follow([0, 3_000, 2_000, 1_999])).toEqual(['0', '3000', '2000', '?']);
  expect(follow([0, 3_001])).toEqual(['0', '?']);
});

test('whatever is lost, late or twice, numbers near the highest are extended to what was sent', () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      fc.array(fc.integer({ min: -1_000, max: 3_000 }), { minLength: 100, maxLength: 300 }),
      (start, steps) => {
        const follower = new SequenceFollower();
        follower.follow(start);
        let highest = start;
        for (const step of steps) {
          const sent = highest + step;
          expect(follower.follow(sent & 0xffff)).toEqual({ extended: sent, restarted: false });
          highest = Math.max(highest, sent);
        }
        expect(follower.highest).toBe(highest);
      },
    ),
  );
});
