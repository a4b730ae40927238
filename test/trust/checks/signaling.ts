import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { decodeBase64url, encodeBase64url } from '../../../src/identity/base64url.ts';
import { ChannelBroken, greet, type Speaker } from '../../../src/identity/sealed-channel.ts';
import { signalingVersion } from '../../../src/protocol/signaling.ts';
import { flipped } from '../../identity/parties.ts';
import { offer } from '../../signaling/fake-sessions.ts';
import { type Check, remark, type TrustFigure } from '../check.ts';
import { atBroker, atSocket, Heard, type Place } from '../sealed-places.ts';

/** Conversations over each carrier that somebody in the middle alters, each in one place. */
const alterations = 1_000;
/** Envelopes that are thrown at devices that wait for another, by carrier: each takes a connection over `/signal`. */
const forgeries = { broker: 90_000, socket: 10_000 };
const atATime = 50;

const fields = ['fingerprint', 'ufrag', 'role', 'recipient', 'sequence', 'signature'] as const;
type Field = (typeof fields)[number];
const envelopes = 4;

export const check: Check = {
  title: `a broker, and a proxy before /signal, alter one of hello, welcome, offer and answer, or one of ${fields.join(', ')} within the seal, ${alterations} times each, and make up ${forgeries.broker + forgeries.socket} more: no session is opened, no answer believed`,
  async run() {
    const [broker, socket] = [await atBroker(), await atSocket()];
    try {
      return [...(await figuresOf(broker, forgeries.broker)), ...(await figuresOf(socket, forgeries.socket))];
    } finally {
      await broker.stop();
      await socket.stop();
    }
  },
};

async function figuresOf(place: Place, count: number): Promise<readonly TrustFigure[]> {
  const tally = { honest: 0, opened: 0, believed: 0, crashes: 0 };
  // The same words count where whoever says them signs them: what refuses the others is the signature.
  for (const field of [undefined, 'fingerprint', 'ufrag', 'role'] as const)
    if ((await converse(place, { offer: newOffer()(field) })) === 'answered') tally.honest += 1;
  for (let at = 0; at < alterations; at += 1) {
    const kind = at % (envelopes + fields.length);
    const field = fields[kind - envelopes];
    const outcome = await converse(place, field ? bentField(field, at) : { bend: bitOf(kind, at) }).catch(
      () => 'crashed' as const,
    );
    if (outcome === 'crashed') tally.crashes += 1;
    if (outcome === 'answered') tally.believed += 1;
    // An altered answer comes after an honest offer: the session may be there, the answer must not be believed.
    if (outcome === 'opened' && kind !== 3) tally.opened += 1;
  }
  remark(`${alterations} conversations over ${place.name}`);
  const before = await forge(place, count / 10);
  const after = await forge(place, (count * 9) / 10);
  const zero = { unit: '', must: { atMost: 0 } };
  const over = `over ${place.name}`;
  return [
    { what: `honest conversations of 4, ${over}`, value: tally.honest, unit: '', must: { atLeast: 4 } },
    { what: `sessions opened by altered words, ${over}`, value: tally.opened, ...zero },
    { what: `altered answers believed, ${over}`, value: tally.believed, ...zero },
    { what: `made-up envelopes taken of ${count}, ${over}`, value: before.taken + after.taken, ...zero },
    { what: `crashes, ${over}`, value: tally.crashes + place.failures(), ...zero },
    {
      what: `memory that nine tenths of them left behind the first, ${over}`,
      value: Math.round((after.heap - before.heap) / 1024),
      unit: 'kB',
      must: { atMost: 4_096 },
    },
  ];
}

interface Bent {
  /** What becomes of an envelope on its way: 0 the hello, 1 the welcome, 2 the offer, 3 the answer. */
  readonly bend?: (message: number, envelope: string) => string;
  /** What is offered. */
  readonly offer?: string;
  /** Signs in the person's place. */
  readonly signs?: (statement: string, person: Speaker) => Promise<string>;
}

const bitOf = (target: number, at: number) => (message: number, envelope: string) =>
  message === target ? flipped(envelope, at * 7_919, at % 8) : envelope;

let sessions = 0;

/** Offers for a session of their own that differ in one field. */
function newOffer(): (field?: Field) => string {
  const session = `s${sessions++}`;
  return (field) => offerWith(field, session);
}

function offerWith(field: Field | undefined, session: string): string {
  const hex = field === 'fingerprint' ? 'BB' : 'AA';
  const print = Array.from({ length: 32 }, () => hex).join(':');
  const sdp = field === 'ufrag' ? offer.replaceAll('ice-ufrag:aaaa', 'ice-ufrag:aaab') : offer;
  const setup = field === 'role' ? 'active' : 'actpass';
  const body = {
    type: 'offer',
    sdp: `${sdp}a=fingerprint:sha-256 ${print}\r\na=setup:${setup}\r\n`,
    ...{ media: [], standby: false },
  };
  const to = field === 'recipient' ? 'e' : 'd';
  const seq = field === 'sequence' ? 2 : 1;
  return JSON.stringify({ v: signalingVersion, id: 'm', from: 'v', to, session, seq, body });
}

/** Somebody opened the seal, altered a field and sealed it again, and has the signature of what was there, or none of it. */
function bentField(field: Field, at: number): Bent {
  const offered = newOffer();
  return {
    offer: offered(field),
    async signs(statement, person) {
      const parts = JSON.parse(statement) as string[];
      if (parts[0] !== 'vedette record 1') return person.sign(statement);
      parts[parts.length - 1] = offered();
      const signature = await person.sign(JSON.stringify(parts));
      if (field !== 'signature') return signature;
      const bytes = decodeBase64url(signature) ?? new Uint8Array();
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ (1 << (at % 8));
      return encodeBase64url(bytes);
    },
  };
}

/** One conversation over a carrier; what it came to. */
async function converse(
  place: Place,
  { bend = (_message, envelope) => envelope, offer: said = newOffer()(), signs }: Bent,
): Promise<'answered' | 'opened' | 'nothing'> {
  const { sessions, person } = place;
  const before = sessions.opened.length;
  const heard = new Heard();
  const carrier = await place.carry(heard);
  try {
    const own = signs ? { ...person, sign: (statement: string) => signs(statement, person) } : person;
    const greeting = await greet(place.device, own);
    carrier.send(bend(0, greeting.hello));
    const channel = await greeting.welcomed(bend(1, await heard.next()));
    await channel.open(await heard.next());
    carrier.send(bend(2, await channel.seal(said)));
    const answer = await channel.open(bend(3, await heard.next()));
    return answer?.includes('"type":"answer"') ? 'answered' : 'opened';
  } catch (error) {
    if (!(error instanceof ChannelBroken)) throw error;
    return sessions.opened.length > before ? 'opened' : 'nothing';
  } finally {
    carrier.close();
  }
}

/** Throws altered hellos at devices that wait for one. */
async function forge(place: Place, count: number) {
  const before = place.sessions.opened.length;
  const { hello } = await greet(place.device, place.person);
  for (let done = 0; done < count; done += atATime) {
    await Promise.all(
      Array.from({ length: atATime }, async (_, at) => {
        const heard = new Heard();
        const carrier = await place.carry(heard);
        carrier.send(flipped(hello, (done + at) * 104_729, at % 8));
        await heard.ended();
        carrier.close();
      }),
    );
    if (done % 20_000 === 0) remark(`${done} of ${count} made-up envelopes over ${place.name}`);
  }
  place.failures(); // the log is the test's own memory
  collectGarbage();
  return { taken: place.sessions.opened.length - before, heap: process.memoryUsage().heapUsed };
}

/** What nobody holds any more is no memory that was left behind. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
