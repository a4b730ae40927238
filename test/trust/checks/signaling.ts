import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../../src/clock.ts';
import {
  ChannelBroken,
  type DeviceKeys,
  greet,
  type SealHolder,
  type Speaker,
} from '../../../src/identity/sealed-channel.ts';
import { signalingVersion } from '../../../src/protocol/signaling.ts';
import { LinkServer } from '../../../src/signaling/link-server.ts';
import { SealedEnd } from '../../../src/signaling/sealed-end.ts';
import { flipped, sealHolder, speaker } from '../../identity/parties.ts';
import { quiet } from '../../media/ready.ts';
import { FakeSessions, offer } from '../../signaling/fake-sessions.ts';
import { type Check, remark } from '../check.ts';

/** Conversations that somebody in the middle alters, each in one place. */
const alterations = 1_000;
/** Envelopes that are thrown at devices that wait for another. */
const forgeries = 100_000;
const atATime = 100;

export const check: Check = {
  title: `a carrier alters one of hello, welcome, offer and answer, ${alterations} times, and makes up ${forgeries} more: no session is opened, no answer believed`,
  async run() {
    const [device, seal, person] = await Promise.all([speaker(), sealHolder(), speaker()]);
    const keys = { publicKey: device.publicKey, sealKey: seal.publicKey };
    const tally = { honest: 0, opened: 0, believed: 0, crashes: 0 };
    if ((await converse(device, seal, person, keys, () => undefined)) === 'answered') tally.honest += 1;
    for (let at = 0; at < alterations; at += 1) {
      const target = at % 4;
      const outcome = await converse(device, seal, person, keys, (message, text) =>
        message === target ? flipped(text, at * 7_919, at % 8) : undefined,
      ).catch(() => 'crashed' as const);
      // An altered answer comes after an honest offer: the session may be there, the answer must not be believed.
      if (outcome === 'crashed') tally.crashes += 1;
      if (outcome === 'answered') tally.believed += 1;
      if (outcome === 'opened' && target < 3) tally.opened += 1;
    }
    const before = await forge(device, seal, person, keys, forgeries / 10);
    const after = await forge(device, seal, person, keys, (forgeries * 9) / 10);
    return [
      { what: 'an honest conversation', value: tally.honest, unit: '', must: { atLeast: 1 } },
      { what: 'sessions opened by altered words', value: tally.opened, unit: '', must: { atMost: 0 } },
      { what: 'altered answers believed', value: tally.believed, unit: '', must: { atMost: 0 } },
      { what: 'crashes', value: tally.crashes, unit: '', must: { atMost: 0 } },
      { what: 'made-up envelopes taken', value: before.taken + after.taken, unit: '', must: { atMost: 0 } },
      {
        what: 'memory that nine tenths of them left behind the first',
        value: Math.round((after.heap - before.heap) / 1024),
        unit: 'kB',
        must: { atMost: 4_096 },
      },
    ];
  },
};

type Alter = (message: number, text: string) => string | undefined;

/** One conversation over a carrier; what it came to. */
async function converse(
  device: Speaker,
  seal: SealHolder,
  person: Speaker,
  keys: DeviceKeys,
  alter: Alter,
): Promise<'answered' | 'opened' | 'nothing'> {
  const sessions = new FakeSessions();
  const wire = new Wire(device, seal, person, sessions);
  const carry = (message: number, text: string) => alter(message, text) ?? text;
  try {
    const greeting = await greet(keys, person);
    wire.end.receive(carry(0, greeting.hello));
    const channel = await greeting.welcomed(carry(1, await wire.next()));
    await channel.open(await wire.next());
    const body = { type: 'offer', sdp: offer, media: [], standby: false };
    const message = { v: signalingVersion, id: 'm', from: 'v', to: 'd', session: 's', seq: 1, body };
    wire.end.receive(carry(2, await channel.seal(JSON.stringify(message))));
    const answer = await channel.open(carry(3, await wire.next()));
    return answer?.includes('"type":"answer"') ? 'answered' : 'opened';
  } catch (error) {
    if (!(error instanceof ChannelBroken)) throw error;
    return sessions.opened.length > 0 ? 'opened' : 'nothing';
  }
}

/** A device's end, and what it says. */
class Wire {
  readonly end: SealedEnd;
  readonly #said: string[] = [];
  #over = false;
  #heard: (() => void) | undefined;

  constructor(device: Speaker, seal: SealHolder, person: Speaker, sessions: FakeSessions) {
    const links = new LinkServer({
      ...{ device: 'd', sessions, iceServers: () => [], clock: systemClock, log: quiet },
    });
    this.end = new SealedEnd(
      {
        ...{ speaker: device, seal },
        serve: async (key, send) =>
          key === person.publicKey ? links.serve(send, { review: () => ['view'] }) : undefined,
        join: async () => 'refused',
      },
      {
        send: (envelope) => {
          this.#said.push(envelope);
          this.#heard?.();
        },
        over: () => {
          this.#over = true;
          this.#heard?.();
        },
      },
    );
  }

  /** What it says next. @throws ChannelBroken where it has ended */
  async next(): Promise<string> {
    while (this.#said.length === 0) {
      if (this.#over) throw new ChannelBroken('the device ended it');
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    return this.#said.shift() ?? '';
  }

  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#heard = () => this.#over && resolve();
      this.#heard();
    });
  }
}

/** Throws altered hellos at devices that wait for one. */
async function forge(device: Speaker, seal: SealHolder, person: Speaker, keys: DeviceKeys, count: number) {
  const sessions = new FakeSessions();
  const { hello } = await greet(keys, person);
  for (let done = 0; done < count; done += atATime) {
    await Promise.all(
      Array.from({ length: atATime }, async (_, at) => {
        const wire = new Wire(device, seal, person, sessions);
        wire.end.receive(flipped(hello, (done + at) * 104_729, at % 8));
        await wire.ended();
      }),
    );
    if (done % 20_000 === 0) remark(`${done} of ${count} made-up envelopes`);
  }
  collectGarbage();
  return { taken: sessions.opened.length, heap: process.memoryUsage().heapUsed };
}

/** What nobody holds any more is no memory that was left behind. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
