import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { challengeMs, type Receipt } from '../../src/protocol/request.ts';
import { AskedDevice, person } from './device.ts';

const codeOf = (receipt: Receipt | undefined) =>
  receipt?.state === 'refused' ? receipt.code : receipt?.state;

describe('an unlock', () => {
  test('is on disk before anything moves, is accepted, and gets one receipt', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    const seen: unknown[] = [];
    device.locks.outcome = () => {
      seen.push(device.trust.claims.size, device.trail.at(-1));
      return { done: true };
    };
    const { told } = device.send(anna, text);
    await turn();
    const { id } = JSON.parse(text) as { id: string };
    expect(seen).toEqual([1, 'Anna asked to open the door']);
    expect(told).toEqual([
      { id, state: 'accepted' },
      { id, state: 'done' },
    ]);
    expect(device.locks.pulses).toEqual([{ lock: 'door', by: 'Anna' }]);
    expect(device.trust.trail.at(-1)).toMatchObject({
      ...{ type: 'lock', title: 'the door opened for Anna', lock: 'door' },
      ...{ person: 'Anna', key: 'key of Anna', session: 'session', request: id },
    });
  });

  test('sent again gets the same receipt and moves nothing, also after a restart', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    const first = await device.ask(anna, text);
    expect(await device.ask(anna, text)).toEqual({ ...first, repeated: true });
    device.restart();
    expect(await device.ask(anna, text)).toEqual({ ...first, repeated: true });
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('written anew with other white space and order is the same one', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    await device.ask(anna, text);
    const anew = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()), null, 2);
    expect(await device.ask(anna, anew)).toMatchObject({ state: 'done', repeated: true });
  });

  test('sent on ten channels at once moves once, and all hear what came of it', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    const receipts = await Promise.all(Array.from({ length: 10 }, () => device.ask(anna, text)));
    expect(device.locks.pulses).toHaveLength(1);
    expect(receipts.map(({ state }) => state)).toEqual(Array(10).fill('done'));
    expect(receipts.filter(({ repeated }) => repeated)).toHaveLength(9);
  });

  test('with the same id and other words is refused and in the trail, before and after a restart', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    await device.ask(anna, text);
    const altered = text.replace('"door"', '"box"');
    expect(codeOf(await device.ask(anna, altered))).toBe('request/other');
    device.restart();
    expect(codeOf(await device.ask(anna, altered))).toBe('request/other');
    expect(await device.ask(anna, text)).toMatchObject({ state: 'done', repeated: true });
    await turn();
    expect(
      device.trail.filter((title) => title.includes('another request was made under this id')),
    ).toHaveLength(2);
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('of one key is another request in the hands of another', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const bob = device.allow('Bob', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    await device.ask(anna, text);
    expect(codeOf(await device.ask(bob, text))).toBe('request/other');
    const stolen = await device.written(anna, { type: 'unlock', lock: 'door' });
    expect(codeOf(await device.ask(bob, stolen))).toBe('request/challenge');
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('held back for longer than its challenge lasts is refused, and for good', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    device.nowMs += challengeMs + 1;
    expect(codeOf(await device.ask(anna, text))).toBe('request/late');
    expect(await device.ask(anna, text)).toMatchObject({ state: 'refused', repeated: true });
    expect(device.locks.pulses).toHaveLength(0);
  });

  test('needs a challenge of its own', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    await device.ask(anna, text);
    const again = JSON.stringify({ ...JSON.parse(text), id: randomUUID() });
    expect(codeOf(await device.ask(anna, again))).toBe('request/challenge');
    device.restart();
    const kept = await device.written(anna, { type: 'unlock', lock: 'door' });
    device.restart();
    expect(codeOf(await device.ask(anna, kept))).toBe('request/challenge');
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('takes the place of the oldest challenge with a fifth', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const texts: string[] = [];
    for (let n = 0; n < 5; n += 1) texts.push(await device.written(anna, { type: 'unlock', lock: 'door' }));
    const codes = [];
    for (const text of texts) codes.push(codeOf(await device.ask(anna, text)));
    expect(codes).toEqual(['request/challenge', 'done', 'done', 'done', 'done']);
  });

  test('of a grant for one opens once, however many come at the same moment, and its receipt outlasts the grant', async () => {
    const device = new AskedDevice();
    const courier = device.allow('Courier', ['unlock:box'], { uses: 1 });
    const texts = await Promise.all(
      [1, 2, 3].map(() => device.written(courier, { type: 'unlock', lock: 'box' })),
    );
    const receipts = await Promise.all(texts.map((text) => device.ask(courier, text)));
    expect(receipts.map(codeOf)).toEqual(['done', 'access/denied', 'access/denied']);
    expect(device.locks.pulses).toHaveLength(1);
    device.restart();
    expect(await device.ask(courier, texts[0] ?? '')).toMatchObject({ state: 'done', repeated: true });
  });

  test('is decided by who asks, for which lock, and what is the case around', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door'], { whileWatching: true });
    const open = async (lock: string) =>
      codeOf(await device.ask(anna, await device.written(anna, { type: 'unlock', lock })));
    device.watchers.add('key of another phone of hers');
    expect(await open('door')).toBe('access/denied');
    device.watchers.add(anna.key);
    expect(await open('door')).toBe('done');
    expect(await open('box')).toBe('access/denied');
    const owner = device.allow('Olga', ['unlock']);
    const nowhere = await device.written(owner, { type: 'unlock', lock: 'gate' });
    expect(codeOf(await device.ask(owner, nowhere))).toBe('lock/unknown');
    expect(device.trail.at(-1)).toBe('Olga was refused to open "gate": there is no lock gate');
  });

  test('does not begin where it cannot be written down; locking does', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    device.trust.full = true;
    expect(codeOf(await device.ask(anna, text))).toBe('trust/unwritable');
    expect(codeOf(await device.ask(anna, await device.written(anna, { type: 'lock', lock: 'door' })))).toBe(
      'done',
    );
    expect([device.locks.pulses.length, device.locks.locked.length]).toEqual([0, 1]);
  });

  test('that is done is told as done, also where its receipt cannot be kept; after a restart as interrupted', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    device.locks.outcome = () => {
      device.trust.full = true;
      return { done: true };
    };
    expect(codeOf(await device.ask(anna, text))).toBe('done');
    expect(await device.ask(anna, text)).toMatchObject({ state: 'done', repeated: true });
    device.trust.full = false;
    device.restart();
    expect(codeOf(await device.ask(anna, text))).toBe('request/interrupted');
    expect(device.locks.pulses).toHaveLength(1);
  });

  test('that fails at the lock says why', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    device.locks.outcome = () => ({ done: false, code: 'lock/jammed', reason: 'its bolt did not move' });
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    expect(await device.ask(anna, text)).toMatchObject({ state: 'refused', reason: 'its bolt did not move' });
    device.locks.outcome = () => Promise.reject(new Error('a bug'));
    const other = await device.written(anna, { type: 'unlock', lock: 'door' });
    expect(codeOf(await device.ask(anna, other))).toBe('request/failed');
    expect(device.trail.at(-1)).toBe('the door did not open for Anna: the device failed at this');
  });
});

describe('asking', () => {
  test('what is no request is refused with a reason, and throws nothing', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['admin']);
    const id = randomUUID();
    const cases: readonly (readonly [string, string, string])[] = [
      ['', '', 'request/invalid'],
      ['null', '', 'request/invalid'],
      ['[]', '', 'request/invalid'],
      [JSON.stringify({ id }), id, 'request/invalid'],
      [JSON.stringify({ id, type: 'explode' }), id, 'request/invalid'],
      [JSON.stringify({ id, type: 'people', more: 1 }), id, 'request/invalid'],
      [JSON.stringify({ id: 'x'.repeat(65), type: 'people' }), '', 'request/invalid'],
      [`"${'ä'.repeat(4_096)}"`, '', 'request/too-large'],
    ];
    for (const [text, about, code] of cases)
      expect(await device.ask(anna, text)).toMatchObject({ id: about, state: 'refused', code });
    expect(await device.ask({ kind: 'stranger' }, '{}')).toMatchObject({ code: 'access/denied' });
  });

  test('only those who may see and change people', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['view', 'unlock']);
    const olga = device.allow('Olga', ['admin', 'invite']);
    const asks = [
      { type: 'people' },
      { type: 'activity' },
      { type: 'revoke', what: 'key', of: 'k' },
      { type: 'rename', person: 'p'.repeat(22), name: 'Ann' },
      { type: 'invite', name: 'Bob', scopes: ['view'], limits: {}, expiresAt: 1 },
    ] as const;
    for (const asked of asks) {
      const { scopes, ...rest } = { scopes: undefined, ...asked };
      const whole = { ...rest, ...(scopes ? { scopes: [...scopes] } : {}) } as Parameters<
        AskedDevice['written']
      >[1];
      expect(codeOf(await device.ask(anna, await device.written(anna, whole)))).toBe('access/denied');
      expect(codeOf(await device.ask(olga, await device.written(olga, whole)))).toBe('done');
    }
    expect(device.revoked).toEqual(['key k']);
    expect(device.trail).toContain('Anna was refused to invite Bob: nobody allowed you "invite"');
  });

  test('an invitation that is asked for twice is one', async () => {
    const device = new AskedDevice();
    const olga = device.allow('Olga', ['invite']);
    const asked = { type: 'invite', name: 'Bob', scopes: [], limits: {}, expiresAt: 1 } as const;
    const text = await device.written(olga, { ...asked, scopes: [] });
    const first = await device.ask(olga, text);
    expect(await device.ask(olga, text)).toEqual({ ...first, repeated: true });
  });

  test('every refusal is in the trail, by an entry of its own or by its number', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const text = await device.written(anna, { type: 'unlock', lock: 'door' });
    await device.ask(anna, text);
    device.restart();
    for (let n = 0; n < 100; n += 1) {
      device.nowMs += 1_000;
      await device.ask(anna, text.replace('"door"', `"box-${n}"`));
      await device.ask(anna, text);
    }
    device.stop();
    await turn();
    const refusals = device.trust.trail.filter(({ type }) => type === 'refusal');
    expect(refusals.reduce((sum, { detail }) => sum + Number(detail?.refusals ?? 1), 0)).toBe(100);
  });

  test('too much is told once, does not move, and is one line of the trail with its number', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const bob = device.allow('Bob', ['unlock:door']);
    let told = 0;
    for (let n = 0; n < 1_000; n += 1) told += device.send(anna, '{}').told.length;
    expect(told).toBe(31);
    // Nobody else is held up by that.
    expect(codeOf(await device.ask(bob, await device.written(bob, { type: 'unlock', lock: 'door' })))).toBe(
      'done',
    );
    device.stop();
    await turn();
    expect(device.trail.filter((title) => title.startsWith('Anna was refused'))).toHaveLength(11);
    expect(device.trail.at(-1)).toBe('989 more requests of the same key were refused within a minute');
    device.nowMs += 3_000;
    expect(codeOf(await device.ask(anna, await device.written(anna, { type: 'unlock', lock: 'door' })))).toBe(
      'done',
    );
  });

  test('what moves something is bounded tighter; what is under way may be asked for again', async () => {
    const device = new AskedDevice();
    const anna = device.allow('Anna', ['unlock:door']);
    const codes = [];
    let last = '';
    for (let n = 0; n < 12; n += 1) {
      last = await device.written(anna, { type: 'unlock', lock: 'door' });
      codes.push(codeOf(await device.ask(anna, last)));
    }
    expect(codes).toEqual([...Array(10).fill('done'), 'request/too-many', 'request/too-many']);
    device.nowMs += 1_000;
    expect(codeOf(await device.ask(anna, last))).toBe('done');
    expect(await device.ask(anna, last)).toMatchObject({ state: 'done', repeated: true });
  });

  test('what nobody keeps is read anew', async () => {
    const device = new AskedDevice();
    const olga = device.allow('Olga', ['admin']);
    const text = await device.written(olga, { type: 'activity', limit: 1 });
    const titles = async () => JSON.stringify(await device.ask(olga, text));
    const before = await titles();
    await device.ask(person('Nobody'), await device.written(person('Nobody'), { type: 'people' }));
    await turn();
    expect(await titles()).not.toBe(before);
  });
});
