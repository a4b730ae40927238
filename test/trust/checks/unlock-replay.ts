import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ActivityResult, ChallengeResult, Receipt } from '../../../src/protocol/request.ts';
import { hasMosquitto, startMosquitto } from '../../buses/mosquitto.ts';
import { type Device, startDevice } from '../../e2e/device.ts';
import { FarPerson, signalingBy } from '../../e2e/far-person.ts';
import { CountedLock } from '../../requests/counted-lock.ts';
import { FarControl } from '../../requests/far-control.ts';
import { type Check, remark } from '../check.ts';

const replays = 1_000;
/** HTTP requests under way at once. */
const atOnce = 20;
/** After this the rate is that of somebody at rest again. */
const restMs = 6_000;

/** What came of what was sent. */
interface Tally {
  sent: number;
  done: number;
  repeated: number;
}

export const check: Check = {
  title: `one valid unlock sent ${replays.toLocaleString('en')} times by HTTP, by a data channel and over a broker, before and after a restart, and with altered fields: one pulse for each that was valid, and all refusals in the trail`,
  async run() {
    if (!hasMosquitto) return 'mosquitto is not installed';
    const mosquitto = await startMosquitto();
    const state = await mkdtemp(join(tmpdir(), 'vedette-replay-'));
    const lock = new CountedLock();
    await lock.start();
    const start = () =>
      startDevice(
        () => ({
          device: 'trust',
          access: { loopback: true },
          cameras: { door: { kind: 'test', width: 320, height: 180 } },
          locks: { door: lock.profile },
          signaling: signalingBy(mosquitto.url),
        }),
        { env: { STATE_DIRECTORY: state }, flags: ['--log-level', 'warn'] },
      );
    const http: Tally = { sent: 0, done: 0, repeated: 0 };
    const channel: Tally = { sent: 0, done: 0, repeated: 0 };
    const away: Tally = { sent: 0, done: 0, repeated: 0 };
    let device = await start();
    try {
      const valid = await validUnlock(device);
      const text = JSON.stringify(valid);
      const person = await FarPerson.join(device, mosquitto.url, ['view', 'unlock'], state);
      // Another key's: what one may repeat is another's request to everybody else. A challenge is good for 10 s.
      let validAway: Readonly<Record<string, string>> = {};
      for (const life of ['before a restart', 'after it']) {
        remark(`the same bytes, ${life}`);
        await byHttp(device, http, () => text);
        await byChannel(device, channel, () => text);
        if (life === 'before a restart') validAway = await person.unlockNow('door');
        await byBroker(person, away, () => JSON.stringify(validAway));
        await device.stop();
        device = await start();
      }
      remark('with altered fields');
      await byHttp(device, http, () => altered(valid));
      await byChannel(device, channel, () => altered(valid));
      await byBroker(person, away, () => altered(validAway));
      await device.stop();
      device = await start();
      const refused = [http, channel, away].reduce(
        (sum, { sent, done, repeated }) => sum + sent - done - repeated,
        0,
      );
      return [
        { what: 'pulses', value: lock.pulses, unit: '', must: { atMost: 2 } },
        {
          what: 'receipts that it was done',
          value: http.done + channel.done + away.done,
          unit: '',
          must: { atLeast: 2 },
        },
        { what: 'the same receipt again by HTTP', value: http.repeated, unit: '', must: { atLeast: 2 } },
        {
          what: 'the same receipt again by channel',
          value: channel.repeated,
          unit: '',
          must: { atLeast: 2 },
        },
        {
          what: 'the same receipt again over a broker',
          value: away.repeated,
          unit: '',
          must: { atLeast: 2 },
        },
        {
          what: 'requests that were sent',
          value: http.sent + channel.sent + away.sent,
          unit: '',
          must: { atLeast: 9 * replays },
        },
        {
          what: 'refusals that are not in the trail',
          value: Math.abs(refused - (await refusalsInTrail(device))),
          unit: '',
          must: { atMost: 0 },
        },
      ];
    } finally {
      await device.stop();
      lock.stop();
      await mosquitto.stop();
      await rm(state, { recursive: true, force: true });
    }
  },
};

async function validUnlock(
  device: Device,
): Promise<Readonly<Record<string, string>> & { readonly id: string }> {
  const given = await post(device, JSON.stringify({ id: randomUUID(), type: 'challenge' }));
  if (given?.state !== 'done') throw new Error(`there is no challenge: ${JSON.stringify(given)}`);
  return { id: randomUUID(), type: 'unlock', lock: 'door', ...ChallengeResult.parse(given.result) };
}

/** One of the ways to write another request with the same id, or the same one under another. */
function altered(valid: Readonly<Record<string, string>>): string {
  const alterations = [
    { id: randomUUID() },
    { lock: 'other' },
    { challenge: randomBytes(16).toString('base64url') },
    { id: randomUUID(), challenge: randomBytes(16).toString('base64url') },
    { more: 'x' },
    { type: 'open' },
  ];
  const text = JSON.stringify({
    ...valid,
    ...alterations[Math.floor(Math.random() * (alterations.length + 1))],
  });
  if (Math.random() < 0.8 && text !== JSON.stringify(valid)) return text;
  const at = Math.floor(Math.random() * text.length);
  const other = String.fromCharCode(33 + ((text.charCodeAt(at) - 32) % 94));
  return text.slice(0, at) + other + text.slice(at + 1);
}

async function byHttp(device: Device, tally: Tally, next: () => string): Promise<void> {
  const send = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      tally.sent += 1;
      note(tally, await post(device, next()));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, () => send(replays / atOnce)));
  await delay(restMs);
}

async function byChannel(device: Device, tally: Tally, next: () => string): Promise<void> {
  const far = new FarControl(device);
  try {
    await far.open('door');
    for (let n = 0; n < replays; n += 1) {
      tally.sent += 1;
      far.send(next());
      if (n % 50 === 0) await delay(1);
    }
    await delay(restMs);
    // The channel is ordered: with this answer, everything before is through.
    const last = await far.ask({ id: randomUUID(), type: 'challenge' });
    for (const receipt of far.told) if (receipt !== last) note(tally, receipt);
  } finally {
    await far.leave();
  }
}

async function byBroker(person: FarPerson, tally: Tally, next: () => string): Promise<void> {
  const viewer = person.converse();
  try {
    await viewer.ready;
    for (let n = 0; n < replays; n += 1) {
      tally.sent += 1;
      viewer.line.ask(next());
      // Each has to be unsealed: who says more at once is not heard out.
      if (n % 50 === 49) await delay(200);
    }
    await delay(restMs);
    const last = await viewer.ask({ id: randomUUID(), type: 'challenge' });
    if (last?.state !== 'done') throw new Error(`the conversation did not last: ${JSON.stringify(last)}`);
    for (const receipt of viewer.receipts) if (receipt !== last) note(tally, receipt);
  } finally {
    viewer.close();
  }
}

function note(tally: Tally, receipt: Receipt | undefined): void {
  if (receipt === undefined || receipt.state === 'accepted') return;
  if (receipt.repeated) tally.repeated += 1;
  else if (receipt.state === 'done') tally.done += 1;
}

/** Undefined where it was too much. */
async function post(device: Device, text: string): Promise<Receipt | undefined> {
  const response = await fetch(new URL('api/requests', device.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
  });
  return Receipt.safeParse(await response.json()).data;
}

async function refusalsInTrail(device: Device): Promise<number> {
  let refusals = 0;
  for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined; ) {
    const given = await post(
      device,
      JSON.stringify({ id: randomUUID(), type: 'activity', limit: 200, before }),
    );
    if (given?.state !== 'done') throw new Error(`there is no trail: ${JSON.stringify(given)}`);
    const { entries } = ActivityResult.parse(given.result);
    for (const { type, detail } of entries) if (type === 'refusal') refusals += Number(detail?.refusals ?? 1);
    before = entries.at(-1)?.seq;
  }
  return refusals;
}
