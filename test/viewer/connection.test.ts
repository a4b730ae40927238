import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  backoffBaseMs,
  backoffCapMs,
  backoffMs,
  type Connection,
  type ConnectionEffect,
  type ConnectionInput,
  connectTimeoutMs,
  deadlineOf,
  disturbedGraceMs,
  idleConnection,
  restartTimeoutMs,
  stableAfterMs,
  stepConnection,
} from '../../src/viewer/connection.ts';

/** A connection with a hand-turned clock. */
class Rig {
  now = 1_000_000;
  state: Connection = idleConnection;
  effects: ConnectionEffect[] = [];

  feed(input: ConnectionInput, random = 0.5): this {
    const step = stepConnection(this.state, input, this.now, random);
    this.state = step.state;
    this.effects = [...step.effects];
    return this;
  }

  /** Turns the clock to the state's deadline and ticks. */
  due(): this {
    this.now = deadlineOf(this.state) ?? this.now;
    return this.feed({ type: 'tick' });
  }

  connected(): this {
    return this.feed({ type: 'start' }).feed({ type: 'connected' });
  }
}

const input: fc.Arbitrary<ConnectionInput> = fc.oneof(
  fc.constantFrom<ConnectionInput>(
    { type: 'start' },
    { type: 'connected' },
    { type: 'disturbed' },
    { type: 'failed' },
    { type: 'signaling-lost' },
    { type: 'ended', down: { reason: 'goodbye' } },
    { type: 'ended', down: { reason: 'refused', code: 'session/limit' } },
    { type: 'hurry' },
    { type: 'tick' },
  ),
);

describe('connection', () => {
  test('a lost WebSocket alone does not end a working peer connection', () => {
    const rig = new Rig().connected().feed({ type: 'signaling-lost' });
    expect(rig.state.phase).toBe('connected');
    expect(rig.effects).toEqual([]);
  });

  test('a short disturbance mends by itself', () => {
    const rig = new Rig().connected().feed({ type: 'disturbed' });
    rig.now += disturbedGraceMs - 1;
    rig.feed({ type: 'tick' });
    expect(rig.state.phase).toBe('disturbed');
    expect(rig.feed({ type: 'connected' }).state.phase).toBe('connected');
    expect(rig.effects).toEqual([]);
  });

  test('a longer one restarts ICE first, and only then begins a new session', () => {
    const rig = new Rig().connected().feed({ type: 'disturbed' }).due();
    expect(rig.effects).toEqual(['restart']);
    expect(deadlineOf(rig.state)).toBe(rig.now + restartTimeoutMs);
    rig.due();
    expect(rig.effects).toEqual(['close']);
    expect(rig.due().effects).toEqual(['open']);
  });

  test('without signaling there is no ICE restart to offer, so a new session begins', () => {
    const rig = new Rig().connected().feed({ type: 'signaling-lost' }).feed({ type: 'failed' });
    expect(rig.effects).toEqual(['close']);
    expect(rig.state).toMatchObject({ phase: 'waiting', again: true });
  });

  test('an attempt that never connects is given up', () => {
    const rig = new Rig().feed({ type: 'start' });
    expect(deadlineOf(rig.state)).toBe(rig.now + connectTimeoutMs);
    expect(rig.due().state).toMatchObject({ phase: 'waiting', again: false, down: { reason: 'failed' } });
  });

  test('a goodbye is followed by a new session, after a delay', () => {
    const rig = new Rig().connected().feed({ type: 'ended', down: { reason: 'goodbye' } });
    expect(rig.state).toMatchObject({ phase: 'waiting', down: { reason: 'goodbye' } });
    expect(rig.due().effects).toEqual(['open']);
  });

  test('a device that takes the session and drops it at once is asked ever less often', () => {
    const rig = new Rig().feed({ type: 'start' });
    for (let turn = 1; turn <= 4; turn += 1) {
      rig.feed({ type: 'connected' }).feed({ type: 'ended', down: { reason: 'goodbye' } }, 0.999);
      expect(rig.state).toMatchObject({ attempt: turn });
      rig.due();
    }
    rig.feed({ type: 'connected' });
    rig.now += stableAfterMs;
    expect(rig.feed({ type: 'ended', down: { reason: 'goodbye' } }).state).toMatchObject({ attempt: 1 });
  });

  test('"since" is when the connection was lost, through all attempts', () => {
    const rig = new Rig().connected();
    const lostAt = rig.now + 60_000;
    rig.now = lostAt;
    rig.feed({ type: 'failed' }).due().due().due();
    expect(rig.state).toMatchObject({ since: lostAt, again: true });
  });

  test('news of the network shortens a wait, and nothing else', () => {
    const rig = new Rig().connected().feed({ type: 'hurry' });
    expect(rig.effects).toEqual([]);
    rig.feed({ type: 'ended', down: { reason: 'goodbye' } }).feed({ type: 'hurry' });
    expect(rig.effects).toEqual(['open']);
  });

  test('whoever is not let in stops asking', () => {
    const rig = new Rig().feed({ type: 'start' }).feed({ type: 'unauthorized' });
    expect(rig.state).toEqual({ phase: 'stopped', reason: 'unauthorized' });
    expect(rig.feed({ type: 'hurry' }).effects).toEqual([]);
  });

  test('in any order of events there is one session at most, and always something that goes on', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            input,
            passedMs: fc.nat(20_000),
            random: fc.double({ min: 0, max: 0.999, noNaN: true }),
          }),
        ),
        (events) => {
          const rig = new Rig().feed({ type: 'start' });
          let open = 1;
          for (const { input, passedMs, random } of events) {
            rig.now += passedMs;
            rig.feed(input, random);
            for (const effect of rig.effects) {
              if (effect === 'open') open += 1;
              if (effect === 'close') open -= 1;
              if (effect === 'restart') expect(open).toBe(1);
              expect(open === 0 || open === 1).toBe(true);
            }
            // Either it is connected, or a deadline will move it.
            expect(rig.state.phase === 'connected').toBe(deadlineOf(rig.state) === undefined);
            expect(open).toBe(rig.state.phase === 'waiting' ? 0 : 1);
          }
          rig.feed({ type: 'stop' });
          expect(rig.state).toEqual({ phase: 'stopped', reason: 'left' });
        },
      ),
    );
  });

  test('a delay is anything from none to its cap, which doubles', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const delay = backoffMs(attempt, random);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(
            Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(attempt, 30)),
          );
        },
      ),
    );
    expect(backoffMs(1, 0.999)).toBeGreaterThan(backoffBaseMs);
  });
});
