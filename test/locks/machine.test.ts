import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MonotonicMs } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import { step } from '../../src/locks/machine.ts';
import {
  beginLock,
  type LockEffect,
  type LockInput,
  type LockMachine,
  type LockTraits,
} from '../../src/locks/states.ts';
import { drivenWithinMs, retryMs } from '../../src/locks/turn.ts';
import { nextDueMs } from '../../src/locks/turn-times.ts';

const bolted: LockTraits = {
  holdsMs: undefined,
  relockMs: 10_000,
  relockOnClose: true,
  leftOpenMs: 60_000,
  movesMs: 3_000,
  keyed: false,
  sensesBolt: true,
};
const strike: LockTraits = { ...bolted, holdsMs: 5_000, relockMs: undefined, sensesBolt: false };

/** A lock and a clock that is turned by hand. */
class World {
  machine: LockMachine = beginLock(0 as MonotonicMs);
  now = 0;
  readonly effects: (LockEffect & { readonly at: number })[] = [];
  readonly #traits: LockTraits;

  constructor(traits: LockTraits) {
    this.#traits = traits;
  }

  get state() {
    return this.machine.state;
  }

  say(...inputs: LockInput[]): this {
    for (const input of inputs) {
      const { machine, effects } = step(this.#traits, this.machine, input, this.now as MonotonicMs);
      this.machine = machine;
      this.effects.push(...effects.map((effect) => ({ ...effect, at: this.now })));
    }
    return this;
  }

  /** Time goes on, with a tick whenever something is due. */
  wait(ms: number, meanwhile: () => void = () => undefined): this {
    const end = this.now + ms;
    for (;;) {
      const due = nextDueMs(this.#traits, this.machine);
      if (due === undefined || due > end) break;
      this.now = Math.max(this.now, due);
      this.say({ type: 'tick' });
      meanwhile();
    }
    this.now = end;
    return this;
  }

  driven(): this {
    return this.say({ type: 'driven', move: this.machine.move });
  }

  /** What was told of this sort, in order. */
  told(type: LockEffect['type']): readonly unknown[] {
    return this.effects.flatMap((effect): readonly unknown[] => {
      if (effect.type !== type) return [];
      if (effect.type === 'drive') return [effect.to];
      if (effect.type === 'outcome') return [effect.outcome.done || effect.outcome.code];
      return 'trouble' in effect ? [effect.trouble] : [effect.at];
    });
  }
}

const thrown: LockInput = { type: 'bolt', bolt: 'thrown' };
const drawn: LockInput = { type: 'bolt', bolt: 'drawn' };
const lost: LockInput = { type: 'bolt', bolt: undefined };
const open: LockInput = { type: 'door', door: 'open' };
const closed: LockInput = { type: 'door', door: 'closed' };
const anna: LockInput = { type: 'unlock', by: 'Anna' };
const ben: LockInput = { type: 'unlock', by: 'Ben' };
const locks: LockInput = { type: 'lock', by: 'Anna' };

describe('a bolt with a sensor', () => {
  const locked = (traits = bolted) => new World(traits).say(thrown, closed);

  test('is unlocked when its bolt is drawn, and locks at its time', () => {
    const world = locked().say(anna);
    expect(world.state).toBe('unlocking');
    world.driven();
    expect(world.state).toBe('unlocking');
    world.say(drawn);
    expect([world.state, world.machine.relockAtMs]).toEqual(['unlocked', 10_000]);
    world.wait(10_000).driven().say(thrown);
    expect(world.state).toBe('locked');
    expect(world.told('drive')).toEqual(['unlock', 'lock']);
    expect(world.told('outcome')).toEqual([true, true]);
    expect(world.told('trouble')).toEqual([]);
  });

  test('two who unlock at once unlock once, and both hear of it', () => {
    const world = locked().say(anna, ben).driven().say(drawn, ben);
    expect(world.told('drive')).toEqual(['unlock']);
    // One for the two who waited for the move, one for Ben who came later.
    expect(world.told('outcome')).toEqual([true, true]);
    expect(world.machine.by).toBe('Ben');
  });

  test('is jammed where the bolt does not follow, and told of', () => {
    const world = locked().say(anna).driven().wait(3_000);
    expect(world.state).toBe('jammed');
    expect(world.told('outcome')).toEqual(['lock/jammed']);
    expect(world.told('trouble')).toEqual(['jammed']);
    world.say(drawn);
    expect(world.state).toBe('unlocked');
    expect(world.told('over')).toEqual(['jammed']);
  });

  test('that opens without an unlock is forced, whether its sensor was cut off before or not', () => {
    expect(locked().say(drawn).told('trouble')).toEqual(['forced']);
    const cut = locked().say(lost);
    expect(cut.state).toBe('unknown');
    expect(cut.say(drawn).state).toBe('forced');
    expect(locked().say(open).state).toBe('forced');
    expect(locked().say({ type: 'door', door: undefined }, open).state).toBe('forced');
  });

  test('that somebody may open by a key is unlocked then, and locks at its time', () => {
    const world = locked({ ...bolted, keyed: true }).say(drawn);
    expect(world.state).toBe('unlocked');
    expect(world.told('trouble')).toEqual([]);
    world.wait(10_000);
    expect(world.state).toBe('locking');
  });

  test('waits for its door, and locks when that closes', () => {
    const world = locked().say(anna).driven().say(drawn, open).wait(30_000);
    expect(world.state).toBe('unlocked');
    world.say(closed);
    expect(world.state).toBe('locking');
    const calm = locked({ ...bolted, relockOnClose: false })
      .say(anna)
      .driven()
      .say(drawn, open, closed);
    expect(calm.state).toBe('unlocked');
  });

  test('found open is unlocked, and nothing moves at the start', () => {
    const world = new World({ ...bolted, relockMs: undefined }).say(drawn, closed).wait(1e9);
    expect([world.state, world.told('drive')]).toEqual(['unlocked', []]);
    expect(new World(bolted).say(drawn).wait(10_000).state).toBe('locking');
  });

  test('whose sensor fails during a move is not claimed to be open', () => {
    const world = locked().say(anna, lost).driven().wait(3_000);
    expect(world.state).toBe('unknown');
    expect(world.told('outcome')).toEqual(['lock/unconfirmed']);
  });

  test('that cannot be driven is as its sensor says, told of, and tried again', () => {
    const world = locked().say(anna).driven().say(drawn).wait(10_000);
    const fails = { type: 'failed', moved: true, code: 'gpio/busy', reason: 'busy' } as const;
    world.say({ ...fails, move: world.machine.move });
    expect(world.state).toBe('unlocked');
    expect(world.told('trouble')).toEqual(['not-locked']);
    world.wait(retryMs).driven().say(thrown);
    expect([world.state, world.told('over')]).toEqual(['locked', ['not-locked']]);
  });

  test('a driver that hangs leaves it unknown, and who comes later moves it again', () => {
    const world = locked().say(anna).wait(drivenWithinMs);
    expect([world.state, world.told('outcome')]).toEqual(['unknown', ['lock/no-answer']]);
    world.say(anna).driven().say(drawn);
    expect(world.state).toBe('unlocked');
  });

  test('who locks while it unlocks has the last word', () => {
    const world = locked().say(anna, locks);
    expect(world.told('outcome')).toEqual(['lock/overtaken']);
    // The first move's driver is late.
    world.say({ type: 'driven', move: 1 }).driven();
    expect(world.state).toBe('locked');
  });

  test('is not unlocked while it is blocked, and may be locked all the same', () => {
    const world = locked().say({ type: 'blocked', reason: new VedetteError('lock/broker-away') }, anna);
    expect(world.told('outcome')).toEqual(['lock/blocked']);
    expect(world.say(locks).told('outcome')).toEqual(['lock/blocked', true]);
  });

  test('a door that is left open is told of once, and when it is over', () => {
    const world = locked().say(anna).driven().say(drawn, open).wait(60_000);
    expect(world.machine.leftOpen).toBe(true);
    world.wait(600_000).say(closed);
    expect([world.told('trouble'), world.told('over')]).toEqual([['left-open'], ['left-open']]);
  });
});

describe('a strike without a sensor', () => {
  const locked = () => new World(strike).say({ type: 'found', state: 'locked' }, closed);

  test('is open as long as it is energised, and nobody makes that longer', () => {
    const world = locked().say(anna).driven().wait(2_000).say(ben).wait(3_000);
    expect(world.state).toBe('locking');
    world.driven();
    expect(world.state).toBe('locked');
    expect(world.told('drive')).toEqual(['unlock', 'lock']);
  });

  test('a door that opens at its last moment, or behind it, was unlocked', () => {
    const world = locked().say(anna).driven().wait(5_000).driven().wait(1_000).say(open);
    expect([world.state, world.told('trouble')]).toEqual(['locked', []]);
    world.say(closed).wait(60_000).say(open);
    expect(world.state).toBe('forced');
  });

  test('is locked as soon as its door was opened and closes', () => {
    const world = locked().say(anna).driven().wait(1_000).say(open, closed);
    expect(world.state).toBe('locking');
  });
});

describe('whatever comes in whatever order', () => {
  const duration = fc.integer({ min: 100, max: 20_000 });
  const traits: fc.Arbitrary<LockTraits> = fc.record({
    holdsMs: fc.option(duration, { nil: undefined }),
    relockMs: fc.option(duration, { nil: undefined }),
    relockOnClose: fc.boolean(),
    leftOpenMs: duration,
    movesMs: duration,
    keyed: fc.boolean(),
    sensesBolt: fc.boolean(),
  });
  const move = fc.integer({ min: 0, max: 3 });
  /** What is said next; late answers are of moves before. */
  type Next = (world: World) => LockInput;
  const plain = (...inputs: readonly LockInput[]): fc.Arbitrary<Next> =>
    fc.constantFrom(...inputs).map(
      (one): Next =>
        () =>
          one,
    );
  const input: fc.Arbitrary<Next> = fc.oneof(
    plain(anna, ben, locks, thrown, drawn, lost, open, closed),
    plain(
      { type: 'door', door: undefined },
      { type: 'parcel', parcel: true },
      { type: 'blocked', reason: new VedetteError('lock/broker-away') },
      { type: 'blocked', reason: undefined },
      { type: 'found', state: 'locked' },
      { type: 'found', state: 'unlocked' },
    ),
    move.map(
      (back): Next =>
        (world) => ({ type: 'driven', move: world.machine.move - back }),
    ),
    fc.tuple(move, fc.boolean()).map(
      ([back, moved]): Next =>
        (world) => ({
          type: 'failed',
          move: world.machine.move - back,
          moved,
          code: 'c',
          reason: 'r',
        }),
    ),
  );
  const story = fc.array(fc.tuple(input, fc.integer({ min: 0, max: 8_000 })), { maxLength: 60 });
  const play = (
    kind: LockTraits,
    events: [(world: World) => LockInput, number][],
    look: (world: World) => void,
  ) => {
    const world = new World(kind);
    for (const [next, ms] of events) {
      world.wait(ms, () => look(world)).say(next(world));
      look(world);
    }
    return world;
  };

  test('nothing is energised for longer than its limit', () => {
    fc.assert(
      fc.property(traits, story, (kind, events) => {
        const { holdsMs } = kind;
        if (holdsMs === undefined) return;
        const world = play(kind, events, () => undefined).wait(1e6);
        let since: number | undefined;
        for (const effect of world.effects) {
          const on = effect.type === 'drive' && effect.to === 'unlock';
          if (since !== undefined) expect(effect.at - since).toBeLessThanOrEqual(holdsMs);
          if (on) since = effect.at;
          else if (effect.type === 'drive' || effect.type === 'release') since = undefined;
        }
        expect(since).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('nothing is claimed that the sensor of its bolt does not say', () => {
    fc.assert(
      fc.property(traits, story, (kind, events) => {
        play(kind, events, ({ machine: { state, bolt } }) => {
          if (!kind.sensesBolt) return;
          if (state === 'locked') expect(bolt).toBe('thrown');
          if (state === 'unlocked') expect(bolt).toBe('drawn');
        });
      }),
      { numRuns: 500 },
    );
  });

  test('whoever asks hears what came of it, and nothing moves without end', () => {
    fc.assert(
      fc.property(traits, story, (kind, events) => {
        const waiting = { unlock: 0, lock: 0 };
        const asked = (world: World, next: LockInput) => {
          const from = world.effects.length;
          if (next.type === 'unlock' || next.type === 'lock') waiting[next.type] = 1;
          world.say(next);
          settle(world, from);
        };
        const settle = (world: World, from: number) => {
          for (const effect of world.effects.slice(from))
            if (effect.type === 'outcome') waiting[effect.to] = 0;
        };
        const world = new World(kind);
        for (const [next, ms] of events) {
          const from = world.effects.length;
          world.wait(ms);
          settle(world, from);
          asked(world, next(world));
        }
        const from = world.effects.length;
        world.wait(drivenWithinMs + kind.movesMs);
        settle(world, from);
        expect(waiting).toEqual({ unlock: 0, lock: 0 });
      }),
      { numRuns: 500 },
    );
  });

  test('what is unlocked and has a time comes to be locked, or people are told why not', () => {
    const works = fc.constantFrom('done', 'failed', 'hangs', 'jams');
    fc.assert(
      fc.property(traits, story, works, (kind, events, driver) => {
        if (kind.relockMs === undefined && kind.holdsMs === undefined) return;
        const world = play(kind, events, () => undefined).say(closed);
        if (world.machine.state !== 'unlocked') return;
        const answer = () => {
          if (world.state !== 'locking' || world.machine.driven) return;
          const { move: now } = world.machine;
          if (driver === 'done') world.driven().say(thrown);
          if (driver === 'jams') world.driven();
          if (driver === 'failed')
            world.say({ type: 'failed', move: now, moved: true, code: 'c', reason: 'r' });
        };
        answer();
        world.wait(20_000 + drivenWithinMs + kind.movesMs, answer);
        const { state, notLocked } = world.machine;
        expect(['locked', 'jammed', 'forced'].includes(state) || notLocked !== undefined).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
