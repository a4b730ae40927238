import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { rssBytes } from '../../../bench/process-usage.ts';
import { ActivityResult, ChallengeResult, Receipt } from '../../../src/protocol/request.ts';
import { type Device, startDevice } from '../../e2e/device.ts';
import { KeyBrowser } from '../../e2e/key-browser.ts';
import { requested } from '../../e2e/terminal.ts';
import { CountedLock } from '../../requests/counted-lock.ts';
import { FarControl } from '../../requests/far-control.ts';
import { type Check, remark, type TrustFigure } from '../check.ts';

const perSecond = 1_000;
const seconds = 3;
const total = perSecond * seconds;
/** One key may move something so often at once, and then a second. */
const moving = { burst: 10, perSecond: 2 };
/** After this the rate is that of somebody at rest again. */
const restMs = 6_000;
/** What whoever sends by a channel has on its way at the most, in bytes. */
const maxBuffered = 4_096;
/** HTTP requests under way at once. */
const atOnce = 32;

/** What came of what was sent. */
class Tally {
  sent = 0;
  done = 0;
  unlocked = 0;
  readonly #unlocks = new Set<string>();
  #challenge = '';

  /** Of each four two are unlocks, by the last challenge that was given; the others ask for one, or for nothing. */
  next(): string {
    const id = randomUUID();
    const kind = this.sent % 4;
    this.sent += 1;
    if (kind === 0) return JSON.stringify({ id, type: 'challenge' });
    if (kind === 3) return '{"id":';
    this.#unlocks.add(id);
    return JSON.stringify({ id, type: 'unlock', lock: 'yard', challenge: this.#challenge });
  }

  note(receipt: Receipt | undefined): void {
    if (receipt?.state !== 'done') return;
    this.done += 1;
    if (this.#unlocks.has(receipt.id)) this.unlocked += 1;
    this.#challenge = ChallengeResult.safeParse(receipt.result).data?.challenge ?? this.#challenge;
  }
}

export const check: Check = {
  title: `${perSecond.toLocaleString('en')} requests a second by one person who may open a lock, for ${seconds} s by HTTP and as long by a data channel: no more moves than the rate allows, all refusals are in the trail by number, and another person's unlock is done meanwhile`,
  async run() {
    const state = await mkdtemp(join(tmpdir(), 'vedette-requests-'));
    const locks = { yard: new CountedLock(), door: new CountedLock() };
    for (const lock of Object.values(locks)) await lock.start();
    const start = () =>
      startDevice(
        () => ({
          device: 'trust',
          access: { loopback: false },
          cameras: { door: { kind: 'test', width: 320, height: 180 } },
          locks: { yard: locks.yard.profile, door: locks.door.profile },
          http: { tls: 'off' },
        }),
        { env: { STATE_DIRECTORY: state }, flags: ['--log-level', 'warn'] },
      );
    let device = await start();
    try {
      const hostile = await KeyBrowser.invited(device, 'Hostile', ['view', 'unlock:yard'], {}, state);
      const honest = await KeyBrowser.invited(device, 'Honest', ['view', 'unlock:door'], {}, state);
      const figures: TrustFigure[] = [];
      const tallies: Tally[] = [];
      let memory = 0;
      for (const [way, flood] of [
        ['HTTP', byHttp],
        ['a channel', byChannel],
      ] as const) {
        const tally = new Tally();
        tallies.push(tally);
        const began = performance.now();
        const flooding = flood(device, hostile, tally);
        await delay((seconds * 1_000) / 2);
        const meanwhile = await honest.unlock(device, 'door');
        await flooding;
        const took = (performance.now() - began) / 1_000;
        remark(`${tally.sent} by ${way} in ${took.toFixed(1)} s, ${tally.unlocked} unlocks were done`);
        const most = moving.burst + Math.ceil(moving.perSecond * took);
        figures.push(
          { what: `unlocks by ${way} beyond the rate`, value: Math.max(0, tally.unlocked - most), ...none },
          {
            what: `honest unlocks done meanwhile by ${way}`,
            value: Number(meanwhile.state === 'done'),
            ...{ unit: '', must: { atLeast: 1 } },
          },
        );
        // What the first flood leaves is what it costs to serve at all.
        memory = rssBytes(device.pid) - memory;
      }
      await device.stop();
      device = await start();
      const { entries, refusals } = await trailOf(state);
      const sum = (of: (tally: Tally) => number) => tallies.reduce((all, tally) => all + of(tally), 0);
      return [
        ...figures,
        {
          what: 'requests sent',
          value: sum(({ sent }) => sent),
          ...{ unit: '', must: { atLeast: 2 * total } },
        },
        {
          what: 'requests neither done nor in the trail',
          value: Math.abs(sum(({ sent, done }) => sent - done) - refusals),
          ...none,
        },
        { what: 'entries that tell of the refusals', value: entries, unit: '', must: { atMost: 50 } },
        {
          what: 'memory that the second flood took',
          value: Math.round(memory / 1024 ** 2),
          ...{ unit: 'MB', must: { atMost: 32 } },
        },
      ];
    } finally {
      await device.stop();
      for (const lock of Object.values(locks)) lock.stop();
      await rm(state, { recursive: true, force: true });
    }
  },
};

const none = { unit: '', must: { atMost: 0 } };

/** Resolves when the next of those that are sent a second is due; false when there were all. */
function pacer(): () => Promise<boolean> {
  const began = performance.now();
  let sent = 0;
  return async () => {
    if (sent === total) return false;
    const dueAt = began + (sent * 1_000) / perSecond;
    sent += 1;
    const early = dueAt - performance.now();
    if (early > 0) await delay(early);
    return true;
  };
}

async function byHttp(device: Device, hostile: KeyBrowser, tally: Tally): Promise<void> {
  const due = pacer();
  const send = async () => {
    while (await due()) {
      const answer = await hostile.post(device, '/api/requests', tally.next());
      tally.note(Receipt.safeParse(await answer.json()).data);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
}

async function byChannel(device: Device, hostile: KeyBrowser, tally: Tally): Promise<void> {
  const far = new FarControl(device);
  try {
    await far.open('door', { cookie: hostile.cookie });
    let heard = 0;
    const hear = () => {
      for (; heard < far.told.length; heard += 1) tally.note(far.told[heard]);
    };
    const due = pacer();
    while (await due()) {
      hear();
      while (far.buffered > maxBuffered) await delay(1);
      far.send(tally.next());
    }
    // The channel is ordered: with this answer, everything before is through. What comes too fast is answered nothing.
    for (const last: { readonly id: string; readonly type: string }[] = []; ; ) {
      last.push({ id: randomUUID(), type: 'challenge' });
      tally.sent += 1;
      far.send(JSON.stringify(last.at(-1)));
      await delay(restMs);
      if (far.told.some(({ id }) => last.some((it) => it.id === id))) break;
    }
    hear();
  } finally {
    await far.leave();
  }
}

/** How the trail tells of refusals. */
async function trailOf(state: string): Promise<{ readonly entries: number; readonly refusals: number }> {
  const given = await requested(join(state, 'control.sock'), { type: 'activity', limit: 200 });
  const entries = ActivityResult.parse(given).entries.filter(({ type }) => type === 'refusal');
  const refusals = entries.reduce((sum, { detail }) => sum + Number(detail?.refusals ?? 1), 0);
  return { entries: entries.length, refusals };
}
