import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Peer } from '../../src/access/peer.ts';
import { systemClock } from '../../src/clock.ts';
import { greet, type SealedChannel, type Speaker } from '../../src/identity/sealed-channel.ts';
import type { Receipt } from '../../src/protocol/request.ts';
import { SealedReceipt } from '../../src/protocol/sealed.ts';
import { LinkServer } from '../../src/signaling/link-server.ts';
import { SealedEnd } from '../../src/signaling/sealed-end.ts';
import { sealHolder, speaker } from '../identity/parties.ts';
import { quiet } from '../media/ready.ts';
import { AskedDevice } from '../requests/device.ts';
import { FakeSessions } from './fake-sessions.ts';

/** A person's sealed conversation with a device that is asked; all in this process. */
class Conversation {
  readonly sessions = new FakeSessions();
  readonly #said: string[] = [];
  #arrived: (() => void) | undefined;
  #channel: SealedChannel | undefined;
  #end: SealedEnd | undefined;

  static async with(device: AskedDevice, peer: Peer): Promise<Conversation> {
    const conversation = new Conversation();
    const [own, seal, viewer] = await Promise.all([speaker(), sealHolder(), speaker()]);
    await conversation.#begin(device, peer, own, seal, viewer);
    return conversation;
  }

  async #begin(
    device: AskedDevice,
    peer: Peer,
    own: Speaker,
    seal: Awaited<ReturnType<typeof sealHolder>>,
    viewer: Speaker,
  ) {
    const links = new LinkServer({
      ...{ device: 'd', sessions: this.sessions, iceServers: () => [], clock: systemClock, log: quiet },
    });
    this.#end = new SealedEnd(
      {
        ...{ speaker: own, seal },
        serve: async (_key, send) =>
          links.serve(send, {
            review: () => ['view'],
            take: (text, place, tell) => device.take(peer, text, place, tell),
          }),
        join: async () => 'refused',
      },
      {
        send: (envelope) => {
          this.#said.push(envelope);
          this.#arrived?.();
        },
        over: () => undefined,
      },
    );
    const greeting = await greet({ publicKey: own.publicKey, sealKey: seal.publicKey }, viewer);
    this.#end.receive(greeting.hello);
    this.#channel = await greeting.welcomed(await this.#next());
    await this.#text(); // the link's hello
  }

  async ask(request: object): Promise<readonly Receipt[]> {
    const told: Receipt[] = [];
    await this.#say({ type: 'ask', request: JSON.stringify(request) });
    do {
      told.push(SealedReceipt.parse(JSON.parse(await this.#text())).receipt);
    } while (told.at(-1)?.state === 'accepted');
    return told;
  }

  async challenge(): Promise<string> {
    const [receipt] = await this.ask({ id: randomUUID(), type: 'challenge' });
    return (receipt as { result: { challenge: string } }).result.challenge;
  }

  async #say(message: object): Promise<void> {
    this.#end?.receive((await this.#channel?.seal(JSON.stringify(message))) ?? '');
  }

  async #text(): Promise<string> {
    return (await this.#channel?.open(await this.#next())) ?? '';
  }

  async #next(): Promise<string> {
    while (this.#said.length === 0)
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    return this.#said.shift() ?? '';
  }
}

describe('asking over a sealed conversation', () => {
  let device: AskedDevice;
  beforeEach(() => {
    device = new AskedDevice();
  });
  afterEach(() => device.stop());

  test('opens a lock without any session, by the same challenge, ids and receipts as elsewhere', async () => {
    const anna = device.allow('Anna', ['unlock:door']);
    const away = await Conversation.with(device, anna);
    const unlock = { id: randomUUID(), type: 'unlock', lock: 'door', challenge: await away.challenge() };
    expect((await away.ask(unlock)).map(({ state }) => state)).toEqual(['accepted', 'done']);
    expect(await away.ask(unlock)).toEqual([{ id: unlock.id, state: 'done', repeated: true }]);
    // And by whatever other way.
    const receipt = await device.ask(anna, JSON.stringify(unlock));
    expect(receipt).toEqual({ id: unlock.id, state: 'done', repeated: true });
    expect(device.locks.pulses).toEqual([{ lock: 'door', by: 'Anna' }]);
    expect(away.sessions.opened).toEqual([]);
  });

  test('refuses what nobody allowed, with its reason', async () => {
    const bob = device.allow('Bob', ['view']);
    const away = await Conversation.with(device, bob);
    const unlock = { id: randomUUID(), type: 'unlock', lock: 'door', challenge: await away.challenge() };
    expect(await away.ask(unlock)).toMatchObject([{ state: 'refused', code: 'access/denied' }]);
    expect(device.locks.pulses).toEqual([]);
  });

  test('"while watching" is asked of the sessions of that key, whatever carries them', async () => {
    const courier = device.allow('Courier', ['unlock:box'], { whileWatching: true });
    const away = await Conversation.with(device, courier);
    const unlock = async () => ({
      ...{ id: randomUUID(), type: 'unlock', lock: 'box', challenge: await away.challenge() },
    });
    expect(await away.ask(await unlock())).toMatchObject([{ state: 'refused', code: 'access/denied' }]);
    device.watchers.add(courier.key);
    expect((await away.ask(await unlock())).at(-1)).toMatchObject({ state: 'done' });
    expect(away.sessions.opened).toEqual([]);
    expect(device.locks.pulses).toEqual([{ lock: 'box', by: 'Courier' }]);
  });

  test('an answer that fits into no envelope is refused, and the conversation goes on', async () => {
    const anna = device.allow('Anna', ['admin']);
    const title = 'x'.repeat(1_000);
    for (let entry = 0; entry < 200; entry += 1)
      await device.trust.commit({ audit: [{ type: 'request', title, name: 'Anna' }] });
    const away = await Conversation.with(device, anna);
    const long = { id: randomUUID(), type: 'activity', limit: 200 };
    expect(await away.ask(long)).toMatchObject([{ state: 'refused', code: 'request/answer-too-long' }]);
    expect(await away.challenge()).toHaveLength(22);
  });
});
