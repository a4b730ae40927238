import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ActivityResult, Receipt } from '../../src/protocol/request.ts';
import { flipped } from '../identity/parties.ts';
import { CountedLock } from '../requests/counted-lock.ts';
import { FarControl } from '../requests/far-control.ts';
import { type Device, startDevice } from './device.ts';
import { KeyBrowser } from './key-browser.ts';
import { requested } from './terminal.ts';

/** Each way has a person and a lock of its own: of two who open one at a time, the second finds it open. */
const ways = ['http', 'channel', 'sealed'] as const;
type Way = (typeof ways)[number];
const locks: Readonly<Record<Way, CountedLock>> = {
  http: new CountedLock(),
  channel: new CountedLock(),
  sealed: new CountedLock(),
};

/** One key asks so many at once, and then ten a second. */
const burst = 20;
const paceMs = 100;
/** After this there is room again for some. */
const restMs = 500;
/** Sealed conversations under way at once. */
const atOnce = 16;

let state: string;
let device: Device;
/** How many requests of each were refused, as they were told. */
const refused: Record<Way, number> = { http: 0, channel: 0, sealed: 0 };

const start = () =>
  startDevice(
    () => ({
      device: 'e2e',
      access: { loopback: false },
      cameras: { door: { kind: 'test', width: 320, height: 180 } },
      locks: Object.fromEntries(ways.map((way) => [way, locks[way].profile])),
      http: { tls: 'off' },
    }),
    { env: { STATE_DIRECTORY: state } },
  );

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'vedette-altered-'));
  for (const way of ways) await locks[way].start();
  device = await start();
});
afterAll(async () => {
  await device?.stop();
  for (const way of ways) locks[way].stop();
  await rm(state, { recursive: true, force: true });
});

const invited = (way: Way) => KeyBrowser.invited(device, way, ['view', `unlock:${way}`], {}, state);

/**
 * Says a request with one bit of each of its bytes the other way, byte after byte; what came too fast is said again.
 * @param say gives the code of the refusal, or the state of what was not refused
 * @returns every word that came
 */
async function alteredAtEachByte(text: string, way: Way, say: (text: string) => Promise<string>) {
  const words = new Set<string>();
  for (let at = 0; at < text.length; ) {
    if (at > burst) await delay(paceMs);
    const word = await say(flipped(text, at, at % 7));
    if (word.includes('/')) refused[way] += 1;
    if (word === 'request/too-many') {
      await delay(restMs);
    } else {
      words.add(word);
      at += 1;
    }
  }
  await delay(restMs);
  return [...words].toSorted();
}

/** No JSON or another request's words, another request under this id, or another id whose challenge is spent. */
const refusals = ['request/challenge', 'request/invalid', 'request/other'];

const wordOf = (receipt: Receipt) => (receipt.state === 'refused' ? receipt.code : receipt.state);

test.concurrent('an unlock altered at each byte moves nothing by HTTP', async () => {
  const anna = await invited('http');
  const text = JSON.stringify(await anna.unlockOf(device, 'http'));
  const say = async (body: string) => {
    const answer: unknown = await (await anna.post(device, '/api/requests', body)).json();
    const receipt = Receipt.safeParse(answer).data;
    return receipt ? wordOf(receipt) : (answer as { code: string }).code;
  };
  expect(await say(text)).toBe('done');
  expect(await alteredAtEachByte(text, 'http', say)).toEqual(refusals);
  expect(locks.http.pulses).toBe(1);
  // Untouched it is what it was.
  expect(await anna.ask(device, JSON.parse(text) as object)).toMatchObject({ state: 'done', repeated: true });
});

test.concurrent('an unlock altered at each byte moves nothing by the control channel', async () => {
  const anna = await invited('channel');
  const far = new FarControl(device);
  try {
    await far.open('door', { cookie: anna.cookie });
    const unlock = await anna.unlockOf(device, 'channel');
    expect(await far.ask(unlock)).toMatchObject({ state: 'done' });
    const say = async (text: string) => {
      const from = far.told.length;
      far.send(text);
      await far.viewer.far.until('a receipt', () => far.told.length > from, 30_000);
      return wordOf(far.told[from] as Receipt);
    };
    expect(await alteredAtEachByte(JSON.stringify(unlock), 'channel', say)).toEqual(refusals);
    expect(locks.channel.pulses).toBe(1);
    expect(await far.ask(unlock)).toMatchObject({ state: 'done', repeated: true });
  } finally {
    await far.leave();
  }
});

test.concurrent('a sealed unlock altered at each byte ends its conversation, and moves nothing', async () => {
  const anna = await invited('sealed');
  const ended = () => device.printed().split('a sealed conversation ended').length - 1;
  /** Asks in a conversation of its own, where the carrier alters one byte of the asking. @returns its length, and the answer */
  async function askAltered(unlock: { readonly id: string }, at: number | undefined) {
    let length = 0;
    const viewer = await anna.converse(device, {
      toDevice(envelope, place) {
        if (place !== 1) return [envelope];
        length = envelope.length;
        return [at === undefined ? envelope : flipped(envelope, at, at % 7)];
      },
    });
    try {
      const receipt = await viewer.ask(unlock);
      return { length, lost: viewer.isLost, receipt };
    } finally {
      viewer.close();
    }
  }

  const before = ended();
  const { length, receipt } = await askAltered(await anna.unlockOf(device, 'sealed'), undefined);
  expect(receipt).toEqual({ id: expect.any(String), state: 'done' });
  for (let from = 0; from < length; from += atOnce) {
    // One that would be taken: nothing but the seal is in its way.
    const unlock = await anna.unlockOf(device, 'sealed');
    const some = Array.from({ length: Math.min(atOnce, length - from) }, (_, n) => from + n);
    for (const { lost, receipt } of await Promise.all(some.map((at) => askAltered(unlock, at))))
      expect([lost, receipt]).toEqual([true, undefined]);
    if (from + atOnce >= length) {
      expect(locks.sealed.pulses).toBe(1);
      expect((await askAltered(unlock, undefined)).receipt).toMatchObject({ state: 'done' });
    }
  }
  expect(ended() - before).toBe(length);
});

test('the device goes on, and its trail has every refusal by an entry or by number', async () => {
  expect(device.printed()).not.toContain('"level":50');
  const bob = await invited('http');
  expect(await bob.unlock(device, 'http')).toMatchObject({ state: 'done' });
  expect(locks.http.pulses).toBe(2);
  // What was only counted gets into the trail as it stops.
  await device.stop();
  device = await start();
  const activity = await requested(join(state, 'control.sock'), { type: 'activity', limit: 200 });
  const entries = ActivityResult.parse(activity).entries.filter(({ type }) => type === 'refusal');
  for (const way of ways) {
    const key = entries.find(({ name }) => name === way)?.key;
    const counts = entries.filter((entry) => entry.key === key).map(({ detail }) => detail?.refusals ?? 1);
    expect([way, counts.reduce<number>((sum, count) => sum + Number(count), 0)]).toEqual([way, refused[way]]);
  }
});
