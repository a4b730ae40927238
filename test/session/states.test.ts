import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  initialState,
  mayFlow,
  type SessionEvent,
  type SessionState,
  step,
} from '../../src/session/states.ts';

const events: readonly SessionEvent[] = [
  'offer',
  'answered',
  'refused',
  'connected',
  'accept',
  'standby',
  'close',
];
const uncalled = new Map();
const mediaMayFlow = (state: SessionState) => mayFlow(state, uncalled, 'door', 'video');

test('media flows only after offer, answer, connection and acceptance, in whatever order the rest comes', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(fc.constantFrom(...events), { maxLength: 40 }), (standby, order) => {
      let state = initialState(standby);
      for (const event of order) state = step(state, event);
      if (!mediaMayFlow(state)) return;
      expect(order).toContain('offer');
      expect(order.indexOf('answered', order.indexOf('offer'))).toBeGreaterThan(-1);
      expect(order).toContain('connected');
      if (standby) expect(order).toContain('accept');
      expect(order.lastIndexOf('standby')).toBeLessThanOrEqual(order.lastIndexOf('accept'));
      expect(order).not.toContain('close');
    }),
    { numRuns: 2_000 },
  );
});

test('a closed session stays closed', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events)), (order) => {
      let state = step(initialState(false), 'close');
      for (const event of order) state = step(state, event);
      expect(state.phase).toBe('closed');
    }),
  );
});

test('a standby session carries no media until it is accepted', () => {
  let state = initialState(true);
  for (const event of ['offer', 'answered', 'connected'] as const) state = step(state, event);
  expect(state.phase).toBe('standby');
  expect(mediaMayFlow(state)).toBe(false);
  expect(mediaMayFlow(step(state, 'accept'))).toBe(true);
});
