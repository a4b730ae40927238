import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Peer } from '../../src/access/peer.ts';
import type { Receipt } from '../../src/protocol/request.ts';
import { AskedDevice, person } from './device.ts';

const codeOf = (receipt: Receipt | undefined) =>
  receipt?.state === 'refused' ? receipt.code : receipt?.state;
const idOf = (text: string) => (JSON.parse(text) as { id: string }).id;

describe('an unlock that another person has to confirm', () => {
  let device: AskedDevice;
  let anna: Peer;
  let bob: Peer;
  beforeEach(() => {
    device = new AskedDevice();
    anna = device.allow('Anna', ['unlock:vault']);
    bob = device.allow('Bob', ['unlock:vault']);
  });
  afterEach(() => device.waiting.stop());

  async function asked(by = anna, gone?: AbortSignal) {
    const text = await device.written(by, { type: 'unlock', lock: 'vault' });
    const { told } = device.send(by, text, gone);
    await turn();
    return { text, told, id: idOf(text) };
  }
  const confirming = (by: Peer, of: string, allow = true, lock = 'vault') =>
    device.written(by, { type: 'confirm', of, lock, allow });
  const confirm = async (by: Peer, of: string, allow = true, lock = 'vault') =>
    device.ask(by, await confirming(by, of, allow, lock));

  test('waits, tells what it needs, and moves when it is confirmed', async () => {
    const changes: unknown[] = [];
    device.waiting.onChange(({ type, confirmation }) => changes.push([type, confirmation.name]));
    const { told, id } = await asked();
    expect(told).toEqual([
      { id, state: 'accepted', needs: { kind: 'person', until: device.nowMs + 60_000 } },
    ]);
    expect(device.locks.pulses).toEqual([]);
    expect(device.trust.claims.has(id)).toBe(true);
    expect(await confirm(bob, id)).toMatchObject({ state: 'done' });
    await turn();
    expect(told.slice(1)).toEqual([
      { id, state: 'accepted' },
      { id, state: 'done' },
    ]);
    expect(device.locks.pulses).toEqual([{ lock: 'vault', by: 'Anna' }]);
    expect(changes).toEqual([
      ['confirm', 'Anna'],
      ['confirm-over', 'Anna'],
    ]);
  });

  test('is in the trail with both names before it moves', async () => {
    const { id } = await asked();
    let before: unknown;
    device.locks.outcome = () => {
      before = device.trust.trail.at(-1);
      return { done: true };
    };
    await confirm(bob, id);
    await turn();
    expect(before).toMatchObject({
      ...{ title: 'Bob confirmed for Anna to open the vault', lock: 'vault' },
      ...{ person: 'Bob', key: 'key of Bob' },
    });
  });

  test('moves nothing when it is declined, and says who did', async () => {
    const { told, id } = await asked();
    expect(await confirm(bob, id, false)).toMatchObject({ state: 'done' });
    await turn();
    expect(told.at(-1)).toMatchObject({ code: 'second-step/declined' });
    expect(codeOf(await confirm(bob, id))).toBe('second-step/over');
    expect(device.locks.pulses).toEqual([]);
    expect(device.trail).toContain('Bob declined for Anna to open the vault');
    expect(device.trail.some((title) => title.startsWith('Anna was refused to open the vault: Bob'))).toBe(
      true,
    );
  });

  test('is not confirmed by who asked, with no other key of theirs', async () => {
    const { id, told } = await asked();
    const otherPhone = { ...person('Anna'), key: 'another key of Anna' };
    expect(codeOf(await confirm(otherPhone, id))).toBe('access/denied');
    expect(codeOf(await confirm(anna, id))).toBe('access/denied');
    expect(told).toHaveLength(1);
  });

  test('is not confirmed by who may not open it, or by the terminal', async () => {
    const { id } = await asked();
    const carl = device.allow('Carl', ['view', 'unlock:door']);
    expect(codeOf(await confirm(carl, id))).toBe('access/denied');
    expect(codeOf(await confirm(carl, id, true, 'door'))).toBe('second-step/over');
    expect(codeOf(await confirm({ kind: 'local' }, id))).toBe('access/denied');
    device.takeBack('Bob');
    expect(codeOf(await confirm(bob, id))).toBe('access/denied');
    expect(device.locks.pulses).toEqual([]);
  });

  test('is refused at once where nobody else may open it', async () => {
    device.takeBack('Bob');
    const { told } = await asked();
    expect(told.map(codeOf)).toEqual(['second-step/nobody']);
  });

  test('is refused at once where whoever else may open it comes by a code alone', async () => {
    device.codeOnly.add('Bob');
    const { told } = await asked();
    expect(told.map(codeOf)).toEqual(['second-step/nobody']);
  });

  test('is refused when its minute is over, however late that is noticed', async () => {
    const { told, id } = await asked();
    device.nowMs += 60_001;
    expect(codeOf(await confirm(bob, id))).toBe('second-step/over');
    await turn();
    expect(codeOf(told.at(-1))).toBe('second-step/late');
    expect(device.locks.pulses).toEqual([]);
  });

  test('is refused when who asked is revoked or leaves meanwhile', async () => {
    const gone = new AbortController();
    const left = await asked(anna, gone.signal);
    gone.abort();
    await turn();
    expect(codeOf(left.told.at(-1))).toBe('second-step/left');
    const { told, id } = await asked();
    device.takeBack('Anna');
    await turn();
    expect(codeOf(told.at(-1))).toBe('access/denied');
    expect(codeOf(await confirm(bob, id))).toBe('second-step/over');
    expect(device.locks.pulses).toEqual([]);
  });

  test('counts no use of a grant until it is confirmed, and two that wait share one use', async () => {
    device.takeBack('Anna');
    anna = device.allow('Anna', ['unlock:vault'], { uses: 1 });
    const first = await asked();
    await confirm(bob, first.id, false);
    const second = await asked();
    const fromElsewhere = { ...person('Anna'), key: 'another key of Anna' };
    const third = await asked(fromElsewhere);
    expect(await confirm(bob, second.id)).toMatchObject({ state: 'done' });
    expect(codeOf(await confirm(bob, third.id))).toBe('second-step/over');
    await turn();
    expect([first, second, third].map(({ told }) => codeOf(told.at(-1)))).toEqual([
      'second-step/declined',
      'done',
      'access/denied',
    ]);
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('asked for anew takes the place of the one before', async () => {
    const first = await asked();
    const second = await asked();
    expect(codeOf(first.told.at(-1))).toBe('second-step/again');
    expect(device.waiting.confirmations.map(({ request }) => request)).toEqual([second.id]);
  });

  test('sent again hears what it needs, and moves once', async () => {
    const { text, id } = await asked();
    const again = device.send(anna, text).told;
    expect(again).toEqual([{ id, state: 'accepted', repeated: true, needs: expect.anything() }]);
    await confirm(bob, id);
    await turn();
    expect(again.at(-1)).toEqual({ id, state: 'done', repeated: true });
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('is interrupted by a restart, and what it waited for moves nothing', async () => {
    const { text, id } = await asked();
    const confirmed = await confirming(bob, id);
    device.restart();
    expect(codeOf(await device.ask(anna, text))).toBe('request/interrupted');
    expect(codeOf(await device.ask(bob, confirmed))).toBe('request/challenge');
    expect(codeOf(await confirm(bob, id))).toBe('second-step/over');
    expect(device.locks.pulses).toEqual([]);
  });

  test('a confirmation that is played again moves nothing, as it was or under another id', async () => {
    const { id } = await asked();
    const text = await confirming(bob, id);
    await device.ask(bob, text);
    expect(await device.ask(bob, text)).toMatchObject({ state: 'done', repeated: true });
    const { id: next } = await asked();
    const forged = JSON.stringify({ ...JSON.parse(text), id: randomUUID(), of: next });
    expect(codeOf(await device.ask(bob, forged))).toBe('request/challenge');
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('moves nothing where the confirmation cannot be written down, and both are told', async () => {
    const { told, id } = await asked();
    const text = await confirming(bob, id);
    device.trust.full = true;
    expect(codeOf(await device.ask(bob, text))).toBe('trust/unwritable');
    await turn();
    expect(codeOf(told.at(-1))).toBe('trust/unwritable');
    expect(device.locks.pulses).toEqual([]);
  });

  test('locking needs no second step', async () => {
    expect(codeOf(await device.ask(anna, await device.written(anna, { type: 'lock', lock: 'vault' })))).toBe(
      'done',
    );
  });
});

describe('an unlock that a passkey has to verify', () => {
  let device: AskedDevice;
  let anna: Peer;
  beforeEach(() => {
    device = new AskedDevice();
    anna = device.allow('Anna', ['unlock:safe']);
  });
  afterEach(() => device.waiting.stop());

  async function asked(by = anna) {
    const text = await device.written(by, { type: 'unlock', lock: 'safe' });
    const { told } = device.send(by, text);
    await turn();
    const [first] = told;
    const need = first?.state === 'accepted' ? first.needs : undefined;
    return { told, id: idOf(text), challenge: need?.kind === 'passkey' ? need.challenge : '' };
  }
  const proof = (of: string, signature: string, lock = 'safe') =>
    JSON.stringify({
      ...{ id: randomUUID(), type: 'prove', of, lock },
      assertion: { credential: 'credential', clientDataJSON: 'a', authenticatorData: 'a', signature },
    });

  test('waits, tells nobody else, and moves when it is proven; its counter is kept before', async () => {
    const { told, id, challenge } = await asked();
    expect(told).toMatchObject([
      { state: 'accepted', needs: { passkeys: [{ credential: 'credential', rpId: 'porch.local' }] } },
    ]);
    expect(device.waiting.confirmations).toEqual([]);
    let kept: unknown;
    device.locks.outcome = () => {
      kept = device.trust.rows.find(({ kind }) => kind === 'passkey');
      return { done: true };
    };
    expect(await device.ask(anna, proof(id, challenge))).toMatchObject({ state: 'done' });
    await turn();
    expect(told.slice(1).map(codeOf)).toEqual(['accepted', 'done']);
    expect(kept).toMatchObject({ kind: 'passkey', body: { counter: 1 } });
    expect(device.trail).toContain('Anna was verified by their passkey to open the safe');
  });

  test('is good for one answer: a wrong one is the last', async () => {
    const { told, id, challenge } = await asked();
    expect(await device.ask(anna, proof(id, 'wrong'))).toMatchObject({ state: 'done' });
    await turn();
    expect(codeOf(told.at(-1))).toBe('second-step/declined');
    expect(codeOf(await device.ask(anna, proof(id, challenge)))).toBe('second-step/over');
    expect(device.locks.pulses).toEqual([]);
  });

  test('is bound to the request: the assertion of one, played again, moves no other', async () => {
    const first = await asked();
    const text = proof(first.id, first.challenge);
    await device.ask(anna, text);
    await turn();
    expect(await device.ask(anna, text)).toMatchObject({ state: 'done', repeated: true });
    expect(codeOf(await device.ask(anna, proof(first.id, first.challenge)))).toBe('second-step/over');
    const second = await asked();
    expect(second.challenge).not.toBe(first.challenge);
    await device.ask(anna, proof(second.id, first.challenge));
    await turn();
    expect(codeOf(second.told.at(-1))).toBe('second-step/declined');
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('is proven by the browser that asked alone, and by no second person', async () => {
    const { id, challenge, told } = await asked();
    const bob = device.allow('Bob', ['unlock:safe']);
    const otherPhone = { ...person('Anna'), key: 'another key of Anna' };
    expect(codeOf(await device.ask(bob, proof(id, challenge)))).toBe('access/denied');
    expect(codeOf(await device.ask(otherPhone, proof(id, challenge)))).toBe('access/denied');
    const confirm = await device.written(bob, { type: 'confirm', of: id, lock: 'safe', allow: true });
    expect(codeOf(await device.ask(bob, confirm))).toBe('second-step/over');
    expect(told).toHaveLength(1);
  });

  test('is refused at once for who has none', async () => {
    const { told } = await asked(device.allow('Carl', ['unlock:safe']));
    expect(told.map(codeOf)).toEqual(['second-step/no-passkey']);
  });
});

const names = ['Anna', 'Bob', 'Carl'] as const;
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      who: fc.nat(2),
      turns: fc.constantFrom(0, 3, 9),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('confirm' as const),
      who: fc.nat(2),
      which: fc.nat(2),
      allow: fc.boolean(),
      fresh: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again' as const), which: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('breathe' as const), turns: fc.nat(6) }) },
);

test('in any order nothing moves before another person confirmed it in time, and nothing moves twice', async () => {
  let movedInAll = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const device = new AskedDevice();
      const people = names.map((name) => device.allow(name, ['unlock:vault']));
      const asked: { text: string; id: string; who: number; at: number; gone: AbortController }[] = [];
      /** Allowed by another person who might, in its time, in the life it was asked in, while who asked was there. */
      const allowed = new Set<string>();
      const over = new Set<string>();
      const spent: string[] = [];
      let revoked: number | undefined;
      const challengeOf = async (who: number) =>
        revoked === who ? 'AAAAAAAAAAAAAAAAAAAAAA' : device.challenge(people[who] as Peer);
      for (const one of steps) {
        // The newest ones mostly: the older ones are over.
        const request = 'which' in one ? asked.at(-1 - one.which) : undefined;
        if (one.do === 'breathe') for (let n = 0; n < one.turns; n += 1) await Promise.resolve();
        else if (one.do === 'wait') {
          // Its minute begins when the device begins to wait, which time must not overtake.
          await turn();
          device.nowMs += one.ms;
        } else if (one.do === 'restart') {
          device.restart();
          for (const { id } of asked) over.add(id);
        } else if (one.do === 'revoke' && revoked === undefined) {
          revoked = one.who;
          device.takeBack(names[one.who] as string);
          for (const { id, who } of asked) if (who === one.who) over.add(id);
        } else if (one.do === 'ask') {
          const id = randomUUID();
          const challenge = await challengeOf(one.who);
          const text = JSON.stringify({ id, type: 'unlock', lock: 'vault', challenge });
          const gone = new AbortController();
          asked.push({ text, id, who: one.who, at: device.nowMs, gone });
          device.send(people[one.who] as Peer, text, gone.signal);
          for (let n = 0; n < one.turns; n += 1) await Promise.resolve();
        } else if (request && one.do === 'leave') {
          request.gone.abort();
          over.add(request.id);
        } else if (request && one.do === 'again') {
          device.send(people[request.who] as Peer, request.text);
        } else if (request && one.do === 'confirm') {
          const challenge = one.fresh
            ? await challengeOf(one.who)
            : (spent.at(-1) ?? 'AAAAAAAAAAAAAAAAAAAAAA');
          const inTime = device.nowMs <= request.at + 60_000 && !over.has(request.id);
          if (one.fresh && one.allow && inTime && one.who !== request.who && one.who !== revoked)
            allowed.add(request.id);
          const confirm = { type: 'confirm', of: request.id, lock: 'vault', allow: one.allow, challenge };
          spent.push(challenge);
          device.send(people[one.who] as Peer, JSON.stringify({ id: randomUUID(), ...confirm }));
        }
      }
      await turn();
      const moved = device.trust.trail.flatMap(({ type, request }) =>
        type === 'lock' && request !== undefined ? [request] : [],
      );
      // Of a life that ended in the middle of it, nobody wrote what came of it.
      expect(device.locks.pulses.length).toBeGreaterThanOrEqual(moved.length);
      expect(device.locks.pulses.length).toBeLessThanOrEqual(allowed.size);
      expect(new Set(moved).size).toBe(moved.length);
      for (const request of moved) expect(allowed).toContain(request);
      movedInAll += moved.length;
      device.waiting.stop();
    }),
    { numRuns: 300 },
  );
  expect(movedInAll).toBeGreaterThan(20);
});
