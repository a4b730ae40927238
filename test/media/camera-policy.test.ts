import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import {
  breakerFailures,
  breakerMs,
  type CameraEffect,
  type CameraInput,
  type CameraState,
  cameraAtRest,
  cameraLingerMs,
  hungMs,
  missingBackoffMs,
  nextTickMs,
  startAllowanceMs,
  stepCamera,
} from '../../src/media/camera-policy.ts';

/** A camera policy with a hand-turned clock. */
class Bench {
  state: CameraState = cameraAtRest;
  nowMs = 1_000_000;
  random = 0.5;
  readonly effects: CameraEffect['do'][] = [];

  give(input: CameraInput): CameraEffect['do'][] {
    const { state, effects } = stepCamera(this.state, input, this.nowMs as MonotonicMs, this.random);
    this.state = state;
    const done = effects.map((effect) => effect.do);
    this.effects.push(...done);
    return done;
  }

  wait(ms: number): CameraEffect['do'][] {
    this.nowMs += ms;
    return this.give({ type: 'tick' });
  }

  frame(frameRate = 30): void {
    this.give({ type: 'frame', frameRate });
  }

  /** A failure, its closing, and how long until it opens again. */
  failOnce(missing: boolean): number {
    this.give({ type: 'ended', missing });
    this.give({ type: 'closed' });
    const retryMs = Math.max(nextTickMs(this.state) ?? Number.NaN, this.nowMs);
    const waitedMs = retryMs - this.nowMs;
    this.wait(waitedMs);
    return waitedMs;
  }
}

function live(frameRate = 30): Bench {
  const bench = new Bench();
  bench.give({ type: 'used' });
  bench.frame(frameRate);
  return bench;
}

test('the first user opens it, the last one closes it after ten seconds', () => {
  const bench = new Bench();
  expect(bench.give({ type: 'used' })).toEqual(['open']);
  bench.frame();
  bench.give({ type: 'unused' });
  for (let ms = 0; ms < cameraLingerMs - 1000; ms += 1000) {
    expect(bench.wait(1000)).toEqual([]);
    bench.frame();
  }
  expect(bench.wait(1000)).toEqual(['close']);
  expect(nextTickMs(bench.state)).toBeUndefined();
});

test('a user who comes while it lingers finds it open', () => {
  const bench = live();
  bench.give({ type: 'unused' });
  bench.wait(1000);
  expect(bench.give({ type: 'used' })).toEqual([]);
  bench.frame();
  expect(bench.wait(cameraLingerMs)).toEqual(['hung', 'close']);
});

describe('the watchdog', () => {
  test('bites after two seconds without a frame', () => {
    const bench = live(30);
    expect(bench.wait(hungMs - 1)).toEqual([]);
    expect(bench.wait(1)).toEqual(['hung', 'close']);
  });

  test('waits for three frame times of a slow camera', () => {
    const bench = live(0.5);
    expect(bench.wait(5999)).toEqual([]);
    expect(bench.wait(1)).toEqual(['hung', 'close']);
  });

  test('allows the first frame ten seconds', () => {
    const bench = new Bench();
    bench.give({ type: 'used' });
    expect(bench.wait(startAllowanceMs - 1)).toEqual([]);
    expect(bench.wait(1)).toEqual(['hung', 'close']);
  });
});

test('it is not opened again before the one that failed is gone', () => {
  const bench = live();
  bench.give({ type: 'ended', missing: true });
  expect(bench.wait(60_000)).toEqual([]);
  expect(bench.give({ type: 'closed' })).toEqual(['open']);
});

test('a missing device is looked for at least once a second for ever', () => {
  const bench = live();
  bench.random = 0.999;
  for (let round = 0; round < 200; round += 1)
    expect(bench.failOnce(true)).toBeLessThanOrEqual(missingBackoffMs);
});

test('after many failures of other kinds it is tried every half minute only', () => {
  const bench = live();
  const waits = Array.from({ length: breakerFailures + 5 }, () => bench.failOnce(false));
  for (const waitMs of waits.slice(breakerFailures)) {
    expect(waitMs).toBeGreaterThanOrEqual(breakerMs * 0.75);
    expect(waitMs).toBeLessThanOrEqual(breakerMs);
  }
});

test('a device that turns out to be missing closes the breaker', () => {
  const bench = live();
  for (let round = 0; round < breakerFailures + 2; round += 1) bench.failOnce(false);
  expect(bench.failOnce(true)).toBeLessThanOrEqual(missingBackoffMs);
});

test('a camera that gives one frame and dies does not reset its backoff; ten seconds live do', () => {
  const bench = live();
  for (let round = 0; round < 6; round += 1) {
    bench.failOnce(false);
    bench.frame();
  }
  expect(bench.state.failures).toBe(6);
  for (let ms = 0; ms <= 10_000; ms += 1000) {
    bench.nowMs += 1000;
    bench.frame();
  }
  expect(bench.state.failures).toBe(0);
});

test('whoever comes gets a try now, whatever failed before', () => {
  const bench = live();
  bench.give({ type: 'ended', missing: false });
  bench.give({ type: 'unused' });
  bench.give({ type: 'closed' });
  expect(nextTickMs(bench.state)).toBeUndefined();
  expect(bench.give({ type: 'used' })).toEqual(['open']);
});

test('whatever happens: open and close alternate, and a wanted camera always has a next step', () => {
  const input: fc.Arbitrary<CameraInput> = fc.oneof(
    fc.constantFrom<CameraInput>({ type: 'used' }, { type: 'unused' }, { type: 'closed' }, { type: 'tick' }),
    fc.record({
      type: fc.constant('frame' as const),
      frameRate: fc.double({ min: 0, max: 60, noNaN: true }),
    }),
    fc.record({ type: fc.constant('ended' as const), missing: fc.boolean() }),
    fc.record({ type: fc.constant('private' as const), on: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(input, fc.nat(5000)), { maxLength: 200 }), (inputs) => {
      const bench = new Bench();
      for (const [next, ms] of inputs) {
        bench.nowMs += ms;
        bench.give(next);
        const { wanted, run } = bench.state;
        // Nobody opens it, and nothing is left open.
        if (bench.state.private) expect(['closed', 'closing']).toContain(run.phase);
        else if (wanted && run.phase !== 'closing') expect(nextTickMs(bench.state)).toBeDefined();
      }
      const openings = bench.effects.filter((effect) => effect !== 'hung');
      expect(openings).toEqual(openings.map((_, index) => (index % 2 === 0 ? 'open' : 'close')));
    }),
  );
});
