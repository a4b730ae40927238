import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import type { RingStatus } from '../../src/protocol/alarm.ts';
import { Ringing, type RingPress } from '../../src/ringing/ringing.ts';
import { quiet } from '../media/ready.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A door, and what is done for it. */
function door() {
  const said: string[] = [];
  const statuses: RingStatus[] = [];
  const reply = Promise.withResolvers<void>();
  let present = ['a', 'b'];
  const ringing = new Ringing({
    clock: { now: () => performance.now() as MonotonicMs, wall: () => Date.now() as WallMs },
    log: quiet,
    present: () => present,
    show: (feed) => {
      said.push(`show ${feed}`);
      return () => said.push(`hide ${feed}`);
    },
    play: (_, name, signal) => {
      said.push(`play ${name}`);
      signal.addEventListener('abort', () => said.push('silence'));
      return reply.promise;
    },
    outcome: (ring, outcome, by) => said.push(`${ring} ${outcome} by ${by}`),
    record: (ring, _, ms) => {
      said.push(`record ${ring} ${ms}`);
      return () => said.push(`recorded ${ring}`);
    },
  });
  ringing.onChange((status) => statuses.push(status));
  const press = (ring: string, more: Partial<RingPress> = {}) =>
    ringing.ring({
      ring,
      feed: 'door',
      title: 'Bell',
      since: Date.now() as WallMs,
      answerMs: 30_000,
      messageMs: 30_000,
      replies: [{ reply: 'wait', title: 'One moment' }],
      ...more,
    });
  return {
    ringing,
    said,
    states: () => statuses.map(({ ring, state }) => `${ring} ${state}`),
    reply,
    press,
    leave: (session: string) => {
      present = present.filter((id) => id !== session);
      ringing.left(session);
    },
  };
}

const anna = { session: 'a', name: 'Anna' };

test('a second press while it rings is no second ring', () => {
  const { press, states, ringing } = door();
  expect([press('r'), press('s'), ringing.rings('door'), ringing.rings('yard')]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(press('t', { feed: 'yard' })).toBe(true);
  expect(states()).toEqual(['r ringing', 't ringing']);
  ringing.stop();
});

test('nobody comes: it is missed, the visitor speaks, and then it is over and everything given back', () => {
  const { press, states, said, ringing } = door();
  press('r');
  vi.advanceTimersByTime(30_000);
  expect(ringing.statuses).toMatchObject([{ ring: 'r', state: 'message' }]);
  vi.advanceTimersByTime(30_000);
  vi.runAllTicks();
  expect(states()).toEqual(['r ringing', 'r missed', 'r message', 'r over']);
  expect(said).toEqual(['show door', 'r missed by undefined', 'record r 30000', 'recorded r', 'hide door']);
  expect([ringing.statuses, vi.getTimerCount()]).toEqual([[], 0]);
});

test('who answers has it until hanging up; the picture is not taken from who has just come', async () => {
  const { press, states, said, ringing } = door();
  press('r');
  expect(ringing.obey({ type: 'answer', ring: 'r' }, anna)).toBeUndefined();
  // The session accepts in the same turn.
  expect(said).toEqual(['show door', 'r answered by Anna']);
  await Promise.resolve();
  expect(said.at(-1)).toBe('hide door');
  expect(ringing.obey({ type: 'decline', ring: 'r' }, { session: 'b' })).toMatchObject({
    ...{ code: 'ring/taken', data: { by: 'Anna' } },
  });
  expect(ringing.obey({ type: 'hang-up', ring: 'r' }, anna)).toBeUndefined();
  expect(ringing.obey({ type: 'hang-up', ring: 'r' }, anna)).toMatchObject({ code: 'ring/over' });
  expect(states()).toEqual(['r ringing', 'r answered', 'r over']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a caller whose session ends has hung up', () => {
  const { press, leave, ringing } = door();
  press('r');
  ringing.obey({ type: 'answer', ring: 'r' }, anna);
  leave('b');
  expect(ringing.statuses).toHaveLength(1);
  leave('a');
  expect(ringing.statuses).toEqual([]);
});

test('all who are there decline, one by leaving: the visitor need not wait', () => {
  const { press, leave, states, ringing } = door();
  press('r', { messageMs: 0 });
  ringing.obey({ type: 'decline', ring: 'r' }, anna);
  expect(states()).toEqual(['r ringing']);
  leave('b');
  expect(states()).toEqual(['r ringing', 'r declined', 'r over']);
});

test('a reply is heard to its end; one that cannot be played ends the ring as well', async () => {
  const { press, states, said, reply, ringing } = door();
  press('r');
  ringing.obey({ type: 'reply', ring: 'r', reply: 'wait' }, anna);
  expect(states()).toEqual(['r ringing', 'r answered']);
  reply.reject(new Error('no speaker'));
  await vi.waitFor(() => expect(states().at(-1)).toBe('r over'));
  expect(said).toContain('play wait');
});

test('a press after it was missed rings anew, and the message ends', () => {
  const { press, states, said } = door();
  press('r');
  vi.advanceTimersByTime(31_000);
  expect(press('s')).toBe(true);
  expect(states()).toEqual(['r ringing', 'r missed', 'r message', 'r over', 's ringing']);
  expect(said).toContain('recorded r');
});

test('a device that stops leaves nothing behind', async () => {
  const { press, said, ringing } = door();
  press('r');
  ringing.obey({ type: 'reply', ring: 'r', reply: 'wait' }, anna);
  press('t', { feed: 'yard' });
  ringing.stop();
  await Promise.resolve();
  expect(said).toEqual(expect.arrayContaining(['silence', 'hide door', 'hide yard']));
  expect(vi.getTimerCount()).toBe(0);
});
