import { systemClock } from '../../src/clock.ts';
import { sign } from '../../src/identity/keys.ts';
import { ChannelBroken, type DeviceKeys, type Speaker } from '../../src/identity/sealed-channel.ts';
import { LinkServer } from '../../src/signaling/link-server.ts';
import { SealedEnd } from '../../src/signaling/sealed-end.ts';
import type { Carrier, CarrierEvents } from '../../src/viewer/sealed-line.ts';
import { fromElsewhere, welcome } from '../http/browser.ts';
import { openDoor } from '../http/door.ts';
import { sealHolder, speaker } from '../identity/parties.ts';
import { quiet } from '../media/ready.ts';
import { FakeSessions } from '../signaling/fake-sessions.ts';
import { socketTo } from '../signaling/far-viewer.ts';

/** A device and somebody it knows, and a way between them that neither trusts. */
export interface Place {
  /** What carries. */
  readonly name: string;
  readonly device: DeviceKeys;
  readonly person: Speaker;
  /** What an offer that is believed opens: nothing of ICE or media is made before. */
  readonly sessions: FakeSessions;
  carry(events: CarrierEvents): Promise<Carrier>;
  /** How often the device failed at what it heard, so far; what it logged is forgotten with it. */
  failures(): number;
  stop(): Promise<void>;
}

const level = 50; // pino's `error`

/** Envelopes as a broker hands them to the device. */
export async function atBroker(): Promise<Place> {
  const [device, seal, person] = await Promise.all([speaker(), sealHolder(), speaker()]);
  const sessions = unlimited(new FakeSessions());
  let failures = 0;
  const links = new LinkServer({
    ...{ device: 'd', sessions, iceServers: () => [], clock: systemClock, log: quiet },
  });
  const host = {
    ...{ speaker: device, seal },
    serve: async (key: string, send: Parameters<LinkServer['serve']>[0]) =>
      key === person.publicKey ? links.serve(send, { review: () => ['view'] }) : undefined,
    join: async () => 'refused',
  };
  return {
    ...{
      name: 'a broker',
      device: { publicKey: device.publicKey, sealKey: seal.publicKey },
      person,
      sessions,
    },
    async carry(events) {
      const end = new SealedEnd(host, {
        send: (envelope) => events.message(envelope),
        over(_reason, error) {
          if (error !== undefined) failures += 1;
          events.lost();
        },
      });
      return { send: (envelope) => end.receive(envelope), close: () => end.end('the viewer left') };
    },
    failures: () => failures,
    stop: async () => undefined,
  };
}

/** The device's own `/signal`, behind a proxy. */
export async function atSocket(): Promise<Place> {
  const door = await openDoor({}, { loopback: false });
  const { phone, cookie } = await welcome(door, { name: 'Bob', scopes: ['view'] });
  const open = socketTo(door.url, { ...fromElsewhere, cookie });
  const { publicKey, sealKey } = door.house.identity;
  let failed = 0;
  return {
    name: '/signal',
    device: { publicKey, sealKey },
    person: { publicKey: phone.publicKey, sign: (statement) => sign(phone.pair.privateKey, statement) },
    sessions: unlimited(door.sessions),
    carry: (events) => open('', events),
    failures() {
      const lines = door.logged.splice(0).map((line) => JSON.parse(line) as { level: number });
      failed += lines.filter((line) => line.level >= level).length;
      return failed;
    },
    stop: () => door.stop(),
  };
}

function unlimited(sessions: FakeSessions): FakeSessions {
  sessions.limit = Number.POSITIVE_INFINITY;
  return sessions;
}

/** What a device says in one conversation, in its order. */
export class Heard implements CarrierEvents {
  readonly #said: string[] = [];
  #over = false;
  #wake: (() => void) | undefined;

  message(envelope: string): void {
    this.#said.push(envelope);
    this.#wake?.();
  }

  lost(): void {
    this.#over = true;
    this.#wake?.();
  }

  /** @throws ChannelBroken where it has ended */
  async next(): Promise<string> {
    while (this.#said.length === 0) {
      if (this.#over) throw new ChannelBroken('the device ended it');
      await this.#news();
    }
    return this.#said.shift() ?? '';
  }

  async ended(): Promise<void> {
    while (!this.#over) await this.#news();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
