import { keyIdOf } from '../identity/keys.ts';
import type { Receipt } from '../protocol/request.ts';
import { type Admission, askDevice } from './device.ts';
import type { Door } from './door.ts';
import { join } from './joining.ts';
import { LaterLine } from './later-line.ts';
import { type OpenLine, openSocketLine } from './line.ts';
import { joinedDevices, ownKeys, speakerOf } from './own-key.ts';
import { SealedAsking } from './sealed-asking.ts';
import { openSealedLine, type SealedEnds } from './sealed-line.ts';
import { askIdentity, post } from './sign-in.ts';
import type { Lost } from './signal-carrier.ts';
import { openSocketCarrier } from './socket-carrier.ts';

/** Names of the machine itself: nobody is in between there. */
const ownMachine: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** How this page talks to whoever answers at its origin. */
type Terms =
  /** Nobody here has a key: what protects it is TLS. */
  | { readonly type: 'plain' }
  | { readonly type: 'sealed'; readonly ends: SealedEnds }
  /** This browser knows a device here, and another one answers: nothing is said to it. */
  | { readonly type: 'other-device' }
  | { readonly type: 'unreachable' };

/**
 * The device that this page came from. A browser that has joined speaks by its key, to the key of the device that it
 * joined, and never plainly: who could take that away could take the place of either.
 */
export class HomeDoor implements Door {
  readonly identity = askIdentity;
  readonly #asking = new SealedAsking((events) =>
    openSealedLine(
      this.#current().then((terms) => (terms.type === 'sealed' ? terms.ends : undefined)),
      openSocketCarrier,
      events,
    ),
  );
  #terms: Promise<Terms> | undefined;

  readonly line: OpenLine = (events) => {
    this.#terms = termsNow();
    return new LaterLine(
      async () => {
        const { type } = await this.#current();
        if (type === 'plain') return openSocketLine(events);
        return type === 'sealed' ? this.#asking.line(events) : undefined;
      },
      () => events.lost(),
    );
  };

  readonly join: Door['join'] = async (identity, link, form) => {
    const joined = await join(identity, link, form);
    this.#terms = undefined;
    return joined;
  };

  async admission(): Promise<Admission> {
    const { type } = await this.#current();
    return type === 'other-device' ? { type: 'unauthorized', because: type } : askDevice();
  }

  admitted(): undefined {
    return undefined;
  }

  async whyLost(): Promise<Lost> {
    // Whom it lets do nothing at this time is let in later: worth another try.
    const { type } = await this.admission();
    return type === 'unauthorized' ? type : 'unreachable';
  }

  async post(request: string, heard: (receipt: Receipt) => void): Promise<string | undefined> {
    const { type } = await this.#current();
    if (type === 'sealed') return this.#asking.post(request, heard);
    if (type !== 'plain') return undefined;
    try {
      return await (await post('/api/requests', request)).text();
    } catch {
      return undefined;
    }
  }

  async #current(): Promise<Terms> {
    this.#terms ??= termsNow();
    const terms = await this.#terms;
    // Whoever did not answer may answer the next time.
    if (terms.type === 'unreachable') this.#terms = undefined;
    return terms;
  }
}

async function termsNow(): Promise<Terms> {
  if ((await joinedDevices()).length === 0) return { type: 'plain' };
  const identity = await askIdentity();
  if (!identity) return { type: 'unreachable' };
  const { publicKey, sealKey } = identity.device;
  const id = await keyIdOf(publicKey).catch(() => '');
  const joined = await joinedDevices(); // now: a device whose key has changed may just have been followed
  const [key] = joined.includes(id) ? await ownKeys(id) : [];
  // The seal key needs no vouching: whoever gave a false one reads who calls, and cannot answer.
  if (key) return { type: 'sealed', ends: { device: { publicKey, sealKey }, own: speakerOf(key) } };
  return { type: ownMachine.includes(location.hostname) ? 'plain' : 'other-device' };
}
