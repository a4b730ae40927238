import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { Peer } from '../src/access/peer.ts';
import { Buses } from '../src/buses/buses.ts';
import { VedetteError } from '../src/errors.ts';
import type { KeypadSink, KeypadSource } from '../src/keypads/kind.ts';
import type { KeypadProfile } from '../src/keypads/profile.ts';
import type { GrantLimits } from '../src/protocol/access.ts';
import type { DeviceEvent } from '../src/protocol/alarm.ts';
import type { Receipt } from '../src/protocol/request.ts';
import { Requests } from '../src/requests/requests.ts';
import { WaitingUnlocks } from '../src/second-steps/waiting.ts';
import { TypedCodes } from '../src/typed-codes.ts';
import { House, local } from './access/house.ts';
import { MemoryStore } from './access/memory-store.ts';
import { quiet, until } from './media/ready.ts';
import { FakeLocks } from './requests/fake-locks.ts';
import { MemoryTrust } from './requests/memory-trust.ts';

const minute = 60_000;
const stops: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

/** A keypad at a lock, with everything behind it but a disk and a bolt. */
async function gate({ store = new MemoryStore(), trust = new MemoryTrust(), two = false } = {}) {
  const house = await House.open({ store });
  const locks = new FakeLocks(...(two ? [] : ['box']));
  if (two) locks.needs('person', 'box');
  const { clock, access } = house;
  const waiting = new WaitingUnlocks(clock);
  const requests = new Requests({ access, trust, locks, waiting, clock, log: quiet });
  const events: DeviceEvent[] = [];
  const ran: string[] = [];
  const sinks: KeypadSink[] = [];
  const keypad: KeypadProfile = {
    ...{ name: 'gate', title: 'Gate', lock: 'box', kind: 'evdev', options: {} },
    ...{ accepted: ['green'], refused: ['red'] },
    open: (): KeypadSource => ({ start: (sink) => void sinks.push(sink), stop: async () => undefined }),
  };
  const codes = new TypedCodes({
    ...{ keypads: [keypad], codes: access.codes, requests, clock, log: quiet },
    buses: new Buses({ device: 'test', clock, log: quiet }),
    actions: { run: async (names) => void ran.push(...names) },
    alarms: {
      note: (event) => {
        const noted = { id: `e${events.length}`, time: 0, snapshot: false, ...event };
        events.push(noted);
        return noted;
      },
      change: async (id, change) => {
        Object.assign(events.find((event) => event.id === id) ?? {}, change);
      },
    },
  });
  codes.start();
  stops.push(async () => {
    waiting.stop();
    await codes.stop();
  });
  /** Types a code, and waits until it was said what it is. */
  const type = async (code: string) => {
    const before = ran.length;
    for (const digit of code) sinks.at(-1)?.key(digit as '0');
    sinks.at(-1)?.key('enter');
    await until('a light', () => ran.length > before);
    return ran.at(-1);
  };
  const give = async (limits: GrantLimits = {}) =>
    (await access.inviteByCode(local, { name: 'Courier', scopes: ['unlock:box'], limits })).code;
  return { house, locks, requests, waiting, trust, store, events, ran, sinks, codes, type, give };
}

const gateOfTwo = async () => {
  const all = await gate({ two: true });
  return { ...all, access: all.house.access };
};

const wrongOf = (code: string) => code.replace(/./g, (digit) => String((Number(digit) + 1) % 10));

test('a code unlocks once where its grant says once, and the trail says who and where, and not which', async () => {
  const { type, give, locks, trust, events } = await gate();
  const code = await give({ uses: 1 });
  expect(await type(code)).toBe('green');
  await until('the lock', () => locks.pulses.length === 1);
  expect(locks.pulses).toEqual([{ lock: 'box', by: 'Courier (Gate)' }]);
  expect(await type(code)).toBe('red');
  expect(locks.pulses).toHaveLength(1);
  await until('the whole trail', () => trust.trail.length >= 3);
  expect(trust.trail.map(({ title, name, detail }) => [title, name, detail?.keypad])).toEqual([
    ['Courier asked to open the box', 'Courier', 'gate'],
    ['the box opened for Courier', 'Courier', 'gate'],
    [expect.stringMatching(/^Courier was refused to open the box: .*once/), 'Courier', 'gate'],
  ]);
  expect(JSON.stringify([trust.trail, trust.rows, [...trust.claims], events])).not.toContain(code);
});

test('a code that is taken back while it is typed opens nothing', async () => {
  const { type, give, house, locks } = await gate();
  const code = await give();
  const [person] = house.access.people().people;
  await house.access.revoke(local, 'code', person?.codes?.[0]?.id ?? '');
  expect(await type(code)).toBe('red');
  expect(locks.pulses).toEqual([]);
});

test('five wrong codes lock the keypad, which is an event and in the trail, also after a restart', async () => {
  const before = await gate();
  const code = await before.give();
  for (let each = 0; each < 5; each += 1) expect(await before.type(wrongOf(code))).toBe('red');
  expect(before.store.audit.filter(({ type }) => type === 'refusal').map(({ title }) => title)).toEqual([
    ...Array.from({ length: 5 }, () => 'A code that nobody has was typed at Gate'),
    'Gate takes no codes for 1 minute: 5 wrong ones were typed',
  ]);
  expect(before.events.filter(({ severity }) => severity === 'warning')).toMatchObject([
    { title: 'Gate takes no codes for 1 minute', detail: '5 wrong ones were typed' },
  ]);
  expect(await before.type(code)).toBe('red');
  const after = await gate({ store: before.store });
  after.house.codeSecret.current = before.house.codeSecret.current;
  after.house.clock.pass(minute - 1);
  expect(await after.type(code)).toBe('red');
  after.house.clock.pass(1);
  expect(await after.type(code)).toBe('green');
  await until('its number is kept', () => after.house.access.codes.wrong('gate') === 0);
  for (const told of [before, after])
    expect(JSON.stringify([told.store.audit, told.events])).not.toMatch(
      new RegExp(`${code}|${wrongOf(code)}`),
    );
});

test('a lock that does not move is told at the keypad as what it is', async () => {
  const { type, give, locks, ran } = await gate();
  const code = await give();
  locks.outcome = () => ({ done: false, code: 'lock/jammed', reason: 'it is jammed' });
  await type(code);
  await until('both lights', () => ran.length === 2);
  expect(ran).toEqual(['green', 'red']);
});

test('a lock that needs two waits for another person, not for the same one by a phone, and is green only then', async () => {
  const { house, sinks, waiting, requests, locks, ran, access } = await gateOfTwo();
  const { code, person } = await access.inviteByCode(local, {
    ...{ name: 'Courier', scopes: ['unlock:box'], limits: {} },
  });
  const own = await house.welcome({ name: 'Courier', person, scopes: [] });
  const other = await house.welcome({ scopes: ['unlock:box'] });
  for (const digit of code) sinks[0]?.key(digit as '0');
  sinks[0]?.key('enter');
  await until('the question', () => waiting.confirmations.length === 1);
  const [question] = waiting.confirmations;
  expect(question).toMatchObject({ name: 'Courier (Gate)', lock: 'box' });
  const of = question?.request ?? '';
  const asked = (peer: Peer, body: object) => {
    const { promise, resolve } = Promise.withResolvers<Receipt>();
    requests.take(JSON.stringify({ id: randomUUID(), ...body }), { peer }, resolve);
    return promise;
  };
  const confirm = async (peer: Peer) => {
    const { result } = (await asked(peer, { type: 'challenge' })) as { result: { challenge: string } };
    return asked(peer, { type: 'confirm', of, lock: 'box', allow: true, ...result });
  };
  expect(await confirm(own.peer)).toMatchObject({ state: 'refused' });
  expect([locks.pulses.length, ran.length]).toEqual([0, 0]);
  expect(await confirm(other.peer)).toMatchObject({ state: 'done' });
  await until('a light', () => ran.length > 0);
  expect([locks.pulses.length, ran[0]]).toEqual([1, 'green']);
});

test('while the trail cannot be written nothing opens', async () => {
  const { type, give, locks, trust } = await gate();
  const code = await give();
  trust.full = true;
  expect(await type(code)).toBe('red');
  expect(locks.pulses).toEqual([]);
});

test('while nothing is known of any code, none opens, and none locks the keypad', async () => {
  const store = new MemoryStore();
  store.trouble = 'it is damaged';
  const { type, locks, house } = await gate({ store });
  for (let each = 0; each < 6; each += 1) expect(await type('12345678')).toBe('red');
  expect(locks.pulses).toEqual([]);
  store.trouble = undefined;
  expect(await type('12345678')).toBe('red');
  expect(house.access.codes.wrong('gate')).toBe(1);
});

test('a keypad that is pulled out is opened again, and its loss is an event until it is back', async () => {
  const { sinks, events, type, give } = await gate();
  const code = await give();
  sinks[0]?.ended(new VedetteError('keypad/lost', { device: 'gate' }));
  expect(events.map(({ title, detail }) => [title, detail])).toEqual([
    ['Gate: takes no codes', 'gate was unplugged'],
  ]);
  await until('another run', () => sinks.length === 2);
  expect(await type(code)).toBe('green');
  expect(events[0]?.clearedAt).toBeDefined();
  // The run that ended has no say any more.
  sinks[0]?.key('1');
  expect(await type(code)).toBe('green');
});

test('codes whose secret is gone are told of at the start', async () => {
  const before = await gate();
  await before.give();
  const after = await gate({ store: before.store });
  expect(after.events).toMatchObject([
    { title: 'A code for keypads can open nothing any more: give new ones', severity: 'warning' },
  ]);
});
