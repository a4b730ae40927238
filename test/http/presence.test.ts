import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Presence } from '../../src/access/presence.ts';
import { windowMs } from '../../src/access/presence-window.ts';
import { sign } from '../../src/identity/keys.ts';
import { presenceStatement } from '../../src/identity/statements.ts';
import { keyWords } from '../../src/identity/words.ts';
import { ownerScopes } from '../../src/protocol/scope.ts';
import { newPhone, type Phone } from '../access/house.ts';
import { noAddress, ownAddress } from '../interop/own-address.ts';
import { cookieOf } from './browser.ts';
import { ask, type Door, openDoor, type Reply } from './door.ts';

/** Whoever is near comes by an address of the device that is not loopback's. */
const testNear = test.skipIf(noAddress !== undefined);
const holdMs = 5_000;
let door: Door;
let presence: Presence;
/** The device in its own network. */
let near: string;
const said: string[] = [];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  said.length = 0;
  // The door is made with the house's own clock.
  const made = Promise.withResolvers<Presence>();
  door = await openDoor(
    { host: '0.0.0.0', presence: { holdMs, ask: async (...given) => (await made.promise).ask(...given) } },
    { loopback: false },
  );
  const { access, clock, store } = door.house;
  presence = new Presence({
    ...{ holdMs, access, clock, log: pino({ level: 'silent' }) },
    audit: (draft) => store.commit({ audit: [draft] }),
    tell: (title) => void said.push(title),
  });
  made.resolve(presence);
  near = `http://${ownAddress('IPv4')}:${door.addresses.port}`;
  await door.house.pair('Ada');
});
afterEach(async () => {
  presence.stop();
  vi.useRealTimers();
  await door.stop();
});

function pass(ms: number): void {
  door.house.clock.pass(ms);
  vi.advanceTimersByTime(ms);
}

function hold(): void {
  const { clock } = door.house;
  presence.button(false, clock.now());
  presence.button(true, clock.now());
  pass(holdMs);
}

interface Way {
  readonly at?: string;
  readonly headers?: Record<string, string>;
  readonly bent?: { readonly challenge?: string; readonly key?: string };
}

async function asks(phone: Phone, { at = near, headers = {}, bent = {} }: Way = {}): Promise<Reply> {
  const post = (path: string, body: unknown) =>
    ask(`${at}${path}`, {
      method: 'POST',
      headers: { origin: at, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const { challenge } = JSON.parse((await post('/api/session/challenge', {})).body) as { challenge: string };
  const parts = { device: door.house.identity.id, key: phone.publicKey, challenge, origin: at };
  const signature = await sign(phone.pair.privateKey, presenceStatement(parts));
  return post('/api/presence', {
    ...parts,
    device: undefined,
    origin: undefined,
    label: 'Chrome, Android',
    name: 'Zoe',
    signature,
    ...bent,
  });
}

const answerOf = ({ body }: Reply) => JSON.parse(body) as Record<string, unknown>;

testNear(
  'whoever holds it and asks alone is an owner, is in the trail with their words, and every owner is told',
  async () => {
    const phone = await newPhone();
    expect(answerOf(await asks(phone))).toEqual({ state: 'closed' });
    hold();
    expect(answerOf(await asks(phone))).toEqual({ state: 'waiting', ms: windowMs });
    pass(windowMs - 1);
    expect(answerOf(await asks(phone))).toEqual({ state: 'waiting', ms: 1 });
    expect(door.house.access.people().people).toHaveLength(1);
    pass(1);
    const reply = await asks(phone);
    expect(answerOf(reply)).toEqual({ state: 'in', person: 'Zoe' });
    const device = await ask(`${near}/api/device`, { headers: { cookie: cookieOf(reply) } });
    expect(JSON.parse(device.body)).toMatchObject({ person: { name: 'Zoe' }, scopes: ownerScopes });
    const words = await keyWords([door.house.identity.publicKey, phone.publicKey]);
    expect(door.house.store.audit.at(-1)).toMatchObject({
      ...{ type: 'pairing', title: "Zoe came in by the device's button: Chrome, Android" },
      detail: { words },
    });
    expect(said).toEqual(["The device's button is held: one phone may come in"]);
    expect(door.house.cameIn).toEqual(['Zoe by button']);
  },
);

testNear('where two ask, neither is in, and it is told', async () => {
  const [one, two] = [await newPhone(), await newPhone()];
  hold();
  await asks(one);
  await asks(two);
  pass(windowMs);
  for (const phone of [one, two])
    expect(answerOf(await asks(phone))).toEqual({ state: 'out', because: 'others' });
  expect(door.house.access.people().people).toHaveLength(1);
  expect(said.at(-1)).toMatch(/More than one phone/);
  expect(door.house.store.audit.at(-1)?.title).toMatch(/More than one phone/);
});

testNear('nobody asks: nobody is in', async () => {
  hold();
  pass(windowMs);
  expect(answerOf(await asks(await newPhone()))).toEqual({ state: 'closed' });
  expect(door.house.store.audit.at(-1)?.title).toMatch(/Nobody asked/);
});

testNear(
  'from another network, by a proxy, from the machine itself or from another site it is refused',
  async () => {
    const phone = await newPhone();
    hold();
    const forwarded = await asks(phone, { headers: { 'x-forwarded-for': '192.168.1.7' } });
    const machine = await asks(phone, { at: `http://127.0.0.1:${door.addresses.port}` });
    for (const reply of [forwarded, machine])
      expect([reply.status, answerOf(reply).code]).toEqual([403, 'access/not-here']);
    expect((await asks(phone, { headers: { origin: 'https://evil.example' } })).status).toBe(400);
    pass(windowMs);
    expect(door.house.access.people().people).toHaveLength(1);
  },
);

testNear('an old wish, and one that another signed, are none', async () => {
  const phone = await newPhone();
  hold();
  const other = await asks(phone, { bent: { key: (await newPhone()).publicKey } });
  expect(answerOf(other).code).toBe('access/wrong-signature');
  const old = await asks(phone, { bent: { challenge: 'x.y.z' } });
  expect(answerOf(old).code).toBe('access/challenge');
  pass(windowMs);
  expect(door.house.access.people().people).toHaveLength(1);
});

testNear('whom the device knows does not count, nor who was sent away', async () => {
  const { phone } = await door.house.pair('Ben');
  const gone = await door.house.pair('Eve');
  await door.house.access.revoke({ kind: 'local' }, 'person', gone.joined.person.id);
  hold();
  for (const known of [phone, gone.phone]) expect(answerOf(await asks(known)).code).toBe('access/key-known');
  const zoe = await newPhone();
  await asks(zoe);
  pass(windowMs);
  expect(answerOf(await asks(zoe))).toMatchObject({ state: 'in' });
});

testNear('what cannot be kept lets nobody in', async () => {
  const phone = await newPhone();
  hold();
  await asks(phone);
  door.house.store.refusal = new Error('the disk is full');
  pass(windowMs);
  expect(answerOf(await asks(phone))).toEqual({ state: 'out', because: 'failed' });
});

testNear('only who may use it is told that there is a button', async () => {
  const identity = async (at: string) => answerOf(await ask(`${at}/api/identity`, {}));
  expect(await identity(near)).toMatchObject({ presence: { holdMs } });
  expect(await identity(`http://127.0.0.1:${door.addresses.port}`)).not.toHaveProperty('presence');
});
