import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import { RingStatus } from '../../src/protocol/alarm.ts';
import {
  beginRing,
  dueMs,
  forgottenCallMs,
  isSameRing,
  type Ring,
  type RingInput,
  type RingPress,
  statusOf,
  stepRing,
} from '../../src/ringing/ring.ts';

const press: RingPress = {
  ring: 'r',
  feed: 'door',
  title: 'Bell',
  since: 1 as WallMs,
  answerMs: 30_000,
  messageMs: 30_000,
  replies: [{ reply: 'wait', title: 'One moment' }],
};
const at = (ms: number) => ms as MonotonicMs;
const anna = { session: 'a', name: 'Anna' };
const boris = { session: 'b', name: 'Boris' };
const everybody = ['a', 'b'];

/** The ring after these inputs, each at its time. */
function after(...inputs: readonly (readonly [ms: number, input: RingInput])[]): Ring {
  let ring = beginRing(press, at(0));
  for (const [ms, input] of inputs) ring = stepRing(ring, input, at(ms)).ring;
  return ring;
}

const answer = (by: typeof anna): RingInput => ({ type: 'answer', by });
const decline = (by: typeof anna): RingInput => ({ type: 'decline', by, present: everybody });
const tick: RingInput = { type: 'tick' };

test('the first to answer takes the call, and the others are told who', () => {
  const ring = after([5, answer(boris)]);
  expect(statusOf(ring)).toMatchObject({ state: 'answered', by: 'Boris', session: 'b' });
  expect(stepRing(ring, answer(anna), at(6))).toEqual({
    ...{ ring, refused: new VedetteError('ring/taken', { by: 'Boris' }) },
  });
  expect(stepRing(ring, { type: 'hang-up', by: anna }, at(7)).refused?.message).toBe('Boris has answered');
  expect(stepRing(ring, { type: 'hang-up', by: boris }, at(8)).ring.state).toBe('over');
});

test('nobody comes: missed after 30 s, then a message of 30 s at the most', () => {
  expect(after([29_999, tick]).state).toBe('ringing');
  const missed = after([30_000, tick]);
  expect([missed.state, dueMs(missed)]).toEqual(['missed', 30_000]);
  const message = stepRing(missed, tick, at(30_000)).ring;
  expect([message.state, dueMs(message)]).toEqual(['message', 60_000]);
  expect(stepRing(message, tick, at(60_000)).ring.state).toBe('over');
});

test('without a message it is over at once', () => {
  const ring = beginRing({ ...press, messageMs: 0 }, at(0));
  const missed = stepRing(ring, tick, at(30_000)).ring;
  expect(stepRing(missed, tick, at(30_000)).ring.state).toBe('over');
});

test('one who declines does not end it for the others; all who are there do', () => {
  const one = after([1, decline(anna)]);
  expect(one.state).toBe('ringing');
  expect(stepRing(one, answer(boris), at(2)).ring.state).toBe('answered');
  const all = stepRing(one, decline(boris), at(2)).ring;
  expect(statusOf(all)).toMatchObject({ state: 'declined', by: 'Boris' });
});

test('the last who has not declined leaves: declined', () => {
  const left: RingInput = { type: 'left', session: 'b', present: ['a'] };
  expect(after([1, decline(anna)], [2, left]).state).toBe('declined');
  // A phone may still be on its way here.
  const allGone: RingInput = { type: 'left', session: 'a', present: [] };
  expect(after([1, decline(anna)], [2, allGone]).state).toBe('ringing');
});

test('somebody declined and nobody else came: declined, not missed', () => {
  expect(after([1, decline(anna)], [30_000, tick]).state).toBe('declined');
});

test('who has the call leaves: over; another leaves: nothing', () => {
  const gone = (session: string): RingInput => ({ type: 'left', session, present: [] });
  expect(after([1, answer(anna)], [2, gone('b')]).state).toBe('answered');
  expect(after([1, answer(anna)], [2, gone('a')]).state).toBe('over');
});

test('a ready reply answers for everybody, and it is over when that was heard', () => {
  const reply: RingInput = { type: 'reply', reply: 'wait', by: anna };
  const { ring, play } = stepRing(beginRing(press, at(0)), reply, at(1));
  expect([ring.state, play]).toEqual(['answered', 'wait']);
  expect(statusOf(ring)).toMatchObject({ session: 'a', replying: true });
  expect(statusOf(after([1, answer(anna)])).replying).toBe(false);
  expect(stepRing(ring, answer(boris), at(2)).refused?.message).toBe('Anna has answered');
  // It is heard to its end, whoever leaves.
  expect(stepRing(ring, { type: 'left', session: 'a', present: [] }, at(2)).ring.state).toBe('answered');
  expect(stepRing(ring, { type: 'played' }, at(3)).ring.state).toBe('over');
  const other: RingInput = { type: 'reply', reply: 'sing', by: anna };
  expect(stepRing(beginRing(press, at(0)), other, at(1)).refused?.code).toBe('ring/no-reply');
});

test('who comes while the visitor speaks takes the call', () => {
  const message = after([30_000, tick], [30_000, tick]);
  expect(stepRing(message, answer(anna), at(40_000)).ring.state).toBe('answered');
});

test('a press while it rings is the same ring; in a forgotten call, or after it was missed, another', () => {
  expect(isSameRing(beginRing(press, at(0)), at(29_000))).toBe(true);
  const call = after([10, answer(anna)]);
  expect(isSameRing(call, at(10 + forgottenCallMs - 1))).toBe(true);
  expect(isSameRing(call, at(10 + forgottenCallMs))).toBe(false);
  expect(isSameRing(after([30_000, tick], [30_000, tick]), at(30_001))).toBe(false);
});

const sessions = fc.constantFrom('a', 'b', 'c');
const by = sessions.map((session) => ({ session }));
const present = fc.subarray(['a', 'b', 'c']);
const inputs: fc.Arbitrary<RingInput> = fc.oneof(
  fc.record({ type: fc.constant('answer' as const), by }),
  fc.record({ type: fc.constant('reply' as const), by, reply: fc.constantFrom('wait', 'sing') }),
  fc.record({ type: fc.constant('decline' as const), by, present }),
  fc.record({ type: fc.constant('hang-up' as const), by }),
  fc.record({ type: fc.constant('left' as const), session: sessions, present }),
  fc.constantFrom<RingInput>({ type: 'played' }, { type: 'replaced' }, tick),
);

test('in whatever order: one caller, over stays over, and what is not over has an end or a caller', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(inputs, fc.nat(40_000)), { maxLength: 40 }), (order) => {
      let ring = beginRing(press, at(0));
      let now = 0;
      let callers = 0;
      for (const [input, ms] of order) {
        now += ms;
        const before = ring;
        ({ ring } = stepRing(ring, input, at(now)));
        RingStatus.parse(statusOf(ring));
        if (before.state === 'over') expect(ring).toEqual(before);
        if (ring.caller !== before.caller) callers += 1;
        if (ring.state === 'answered') expect(ring.caller).toBeDefined();
        else if (ring.state !== 'over') expect(dueMs(ring)).toBeDefined();
      }
      expect(callers).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2_000 },
  );
});
