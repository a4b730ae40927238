import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addCounts } from './count-source.ts';
import { mutate, mutated } from './mutate.ts';
import { fuzz, takeOne } from './run.ts';
import { StepsExceeded, steps } from './steps.ts';
import type { FuzzTarget } from './target.ts';

const seeds = [Buffer.from('a well-formed input'), Buffer.from('another')];
const targetOf = (take: (input: Uint8Array) => void): FuzzTarget => ({
  about: 'a test',
  seeds,
  take,
  steps: { fixed: 10, perByte: 2 },
  bytes: { fixed: 10, perByte: 2 },
});
const count = () => {
  if (++steps.taken > steps.allowed) steps.overrun();
};

describe('a round', () => {
  test('of a target that takes everything has no failure', async () => {
    const outcome = await fuzz(
      targetOf((input) => {
        for (const _byte of input) count();
      }),
      { seed: 1, runs: 1_000 },
    );
    expect(outcome.failure).toBeUndefined();
    expect(outcome.inputs).toBe(1_000);
    expect(outcome.worstSteps.used).toBeGreaterThan(0);
  });

  test('finds an exception, and the input that it tells causes it', async () => {
    const target = targetOf((input) => {
      if (input.length > 0 && input.length < 4) throw new RangeError('too short');
    });
    const { failure } = await fuzz(target, { seed: 1, runs: 1_000 });
    expect(failure?.reason).toContain('too short');
    expect(() => takeOne(target, failure!.input)).toThrow('too short');
  });

  test('gives the same inputs for the same seed, and others for another', async () => {
    const inputsOf = async (seed: number) => {
      const seen: string[] = [];
      await fuzz(
        targetOf((input) => void seen.push(Buffer.from(input).toString('hex'))),
        { seed, runs: 100 },
      );
      return seen;
    };
    expect(await inputsOf(7)).toEqual(await inputsOf(7));
    expect(await inputsOf(7)).not.toEqual(await inputsOf(8));
  });

  test('finds what breaks after the target has returned', async () => {
    let broken = false;
    const target = {
      ...targetOf((input) => {
        broken = input.length < 4;
      }),
      later: async () => {
        await new Promise(setImmediate);
        if (broken) throw new Error('too late');
      },
    };
    expect((await fuzz(target, { seed: 1, runs: 1_000 })).failure?.reason).toContain('too late');
  });

  test('ends an endless loop, also where the target swallows what is thrown', async () => {
    const { failure } = await fuzz(
      targetOf(() => {
        try {
          for (;;) count();
        } catch {
          // as a careless parser would
        }
      }),
      { seed: 1, runs: 1 },
    );
    expect(failure?.reason).toContain('steps');
  });

  test('finds more steps than the length allows', async () => {
    const quadratic = targetOf((input) => {
      for (const _byte of input) for (const _other of input) count();
    });
    expect((await fuzz(quadratic, { seed: 1, runs: 1_000 })).failure?.reason).toContain('steps');
    expect(() => takeOne(quadratic, new Uint8Array(100))).toThrow(StepsExceeded);
  });
});

describe('a source that is loaded for counting', () => {
  const run = (source: string): number => {
    const body = addCounts(source, 'source.ts')
      .replace(/^import [^;]*;/, '')
      .replaceAll('export ', '');
    const counter = { taken: 0, allowed: Number.POSITIVE_INFINITY, overrun: () => {} };
    new Function('$steps', `${body}\nf();`)(counter);
    return counter.taken;
  };
  test.each([
    ['a function', 'export function f(): void {}', 1],
    ['an arrow function', 'const f = () => 1;', 1],
    ['a method and a constructor', 'class A { constructor() {} m() {} }\nfunction f() { new A().m(); }', 3],
    ['a getter', 'class A { get g() { return 1; } }\nfunction f() { return new A().g; }', 2],
    ['for', 'function f() { for (let i = 0; i < 5; i++); }', 6],
    ['for of', 'function f() { for (const _ of [1, 2, 3]) { } }', 4],
    ['for in', 'function f() { for (const _ in { a: 1 }) { } }', 2],
    ['while', 'function f() { let i = 0; while (i < 5) i++; }', 6],
    ['do', 'function f() { let i = 0; do { i++; } while (i < 5); }', 6],
    ['a callback', 'const f = () => [1, 2].map((x) => x + 1);', 3],
    ['a generator', 'function* g() { yield 1; yield 2; }\nfunction f() { for (const _ of g()); }', 4],
  ])('counts %s', (_what, source, expected) => {
    expect(run(source)).toBe(expected);
  });
});

describe('mistakes', () => {
  test('never change a seed, and give buffers of their own', () => {
    const before = seeds.map((seed) => Buffer.from(seed));
    fc.assert(
      fc.property(mutated(seeds, [Buffer.from('word')]), (input) => {
        expect(input.byteLength).toBe(input.buffer.byteLength);
        input.fill(0);
      }),
      { numRuns: 1_000 },
    );
    expect(seeds.map((seed) => Buffer.from(seed))).toEqual(before);
  });

  test('keep an input within what a datagram can hold', () => {
    const grow = Array.from({ length: 6 }, () => [10, 16, 0xff0f] as const);
    expect(mutate(Buffer.alloc(60_000), grow, seeds, []).length).toBeLessThanOrEqual(65_535);
  });
});
