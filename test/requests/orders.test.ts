/**
 * What may move, held against random orders of requests that are new, sent again, altered, copied by somebody else, held
 * back, and cut short by restarts. `VEDETTE_ORDERS` says how many orders.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Receipt } from '../../src/protocol/request.ts';
import { AskedDevice } from './device.ts';

const orders = Number(process.env.VEDETTE_ORDERS ?? 300);
const maxRequests = 12;
const variants = ['as it was', 'another lock', 'another challenge', 'another id'] as const;
/** A lock for each request and each alteration of it, so that a movement says whose it is. */
const lockOf = (request: number, variant: string) => `lock-${request}-${variants.indexOf(variant as never)}`;
const everyLock = Array.from({ length: maxRequests }, (_, request) =>
  variants.map((variant) => lockOf(request, variant)),
).flat();

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), who: fc.nat(1) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      which: fc.nat(maxRequests - 1),
      variant: fc.constantFrom(...variants),
      who: fc.nat(1),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 12_000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('breathe' as const), turns: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disk' as const), full: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lock' as const), works: fc.boolean() }) },
);

async function breathe(turns: number): Promise<void> {
  for (let n = 0; n < turns; n += 1) await Promise.resolve();
}

test(`in ${orders} random orders nothing moves twice, and no receipt says done where nothing moved`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const device = new AskedDevice({ locks: everyLock });
      const people = [device.allow('Anna', ['unlock']), device.allow('Bob', ['unlock'])] as const;
      const written: { readonly id: string; readonly challenge: string }[] = [];
      const told: { readonly lock: string; readonly receipts: readonly Receipt[] }[] = [];
      for (const one of steps) {
        switch (one.do) {
          case 'write': {
            device.trust.full = false;
            const who = people[one.who] ?? people[0];
            const got = device.send(who, JSON.stringify({ id: randomUUID(), type: 'challenge' })).told;
            await breathe(4);
            const [receipt] = got;
            if (receipt?.state !== 'done' || written.length === maxRequests) break;
            written.push({ id: randomUUID(), ...(receipt.result as { challenge: string }) });
            break;
          }
          case 'send': {
            const request = written[one.which];
            if (!request) break;
            const lock = lockOf(one.which, one.variant);
            const text = JSON.stringify({
              id: one.variant === 'another id' ? randomUUID() : request.id,
              type: 'unlock',
              lock,
              challenge:
                one.variant === 'another challenge'
                  ? randomBytes(16).toString('base64url')
                  : request.challenge,
            });
            for (let n = 0; n < one.times; n += 1)
              told.push({ lock, receipts: device.send(people[one.who] ?? people[0], text).told });
            break;
          }
          case 'wait':
            device.nowMs += one.ms;
            break;
          case 'breathe':
            await breathe(one.turns);
            break;
          case 'restart':
            device.restart();
            break;
          case 'disk':
            device.trust.full = one.full;
            break;
          case 'lock':
            device.locks.outcome = () =>
              one.works ? { done: true } : { done: false, code: 'lock/jammed', reason: 'it did not move' };
            break;
        }
      }
      await breathe(50);
      const moved = new Set(device.locks.pulses.map(({ lock }) => lock));
      expect(device.locks.pulses).toHaveLength(moved.size);
      for (let request = 0; request < maxRequests; request += 1) {
        // They share a challenge, or an id: one of them at the most.
        const ofIt = variants.filter((variant) => moved.has(lockOf(request, variant)));
        expect(ofIt.length).toBeLessThanOrEqual(1);
        expect(moved.has(lockOf(request, 'another challenge'))).toBe(false);
      }
      for (const { lock, receipts } of told)
        for (const { state } of receipts) if (state === 'done') expect(moved).toContain(lock);
      const asked = device.trail.filter((title) => title.includes('asked to open'));
      expect(asked.length).toBeGreaterThanOrEqual(moved.size);
    }),
    { numRuns: orders },
  );
});
