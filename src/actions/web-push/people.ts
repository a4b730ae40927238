import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock, WallMs } from '../../clock.ts';
import { VedetteError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Severity } from '../../protocol/alarm.ts';
import { PushMessage, PushRequest } from '../../protocol/push.ts';
import type { Attempt } from '../delivery.ts';
import type { Lane } from '../lane.ts';
import type { Outbox } from '../outbox.ts';
import { mayDisturb, type Rest } from './quiet.ts';
import { sendPush } from './send-push.ts';
import { isContactable, isPushService, needsContact, type PushSettings } from './settings.ts';
import { createVapidKeys, VapidKeys } from './vapid.ts';

/** More browsers than a household has. */
const maxSubscriptions = 64;
/** Under this name it is kept. */
const keptAs = 'push';
/** A disk that cannot be read is asked again after so long, ms. */
const readAgainMs = 5_000;
/** No push waits longer than the longest `expires` of an action, ms. */
const longestMs = 7 * 24 * 3_600_000;

/** Small things that are kept over a restart. `records` does. */
export interface KeptThings {
  /** Resolves when it is durable. */
  keep(name: string, json: unknown): Promise<void>;
  kept(name: string): Promise<unknown>;
}

export interface PushPeopleOptions {
  readonly kept: KeptThings;
  readonly settings: PushSettings;
  /** The https address of the page: whom push services turn to, unless the settings name somebody. */
  readonly contact: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A browser that wants to be told, as people see it. */
export interface PushPerson extends Rest {
  readonly id: string;
  readonly name: string;
}

const Kept = z.strictObject({ keys: VapidKeys, subscriptions: z.array(PushRequest).max(maxSubscriptions) });

/** As it waits on disk. */
const KeptPush = z.strictObject({
  message: PushMessage,
  urgent: z.boolean(),
  /** Nobody wants it any more after so long, ms. */
  expiresAfterMs: z.number(),
});
type KeptPush = z.infer<typeof KeptPush>;

/** The browsers that asked to be told, whose they are, and the way to each of them. */
export class PushPeople {
  readonly #options: PushPeopleOptions;
  /** By id. */
  readonly #subscriptions = new Map<string, PushRequest>();
  readonly #lanes = new Map<string, Lane<KeptPush>>();
  #keys: VapidKeys | undefined;
  #outbox: Outbox | undefined;
  #lost: ((error: VedetteError) => void) | undefined;
  #keeping: Promise<void> = Promise.resolve();

  constructor(options: PushPeopleOptions) {
    this.#options = options;
  }

  /** What browsers subscribe with (`applicationServerKey`), in base64url. Empty before `start`. */
  get publicKey(): string {
    return this.#keys?.publicKey ?? '';
  }

  /** Without their addresses, which are secrets. */
  get people(): readonly PushPerson[] {
    return [...this.#subscriptions].map(([id, { name, quiet, snoozeUntil }]) => ({
      id,
      name,
      quiet,
      snoozeUntil,
    }));
  }

  /**
   * Takes up what was kept; makes the keys at the first start. Where the disk cannot be read it tries again later:
   * new keys would shut out every browser for good.
   */
  async start(): Promise<void> {
    let read: unknown;
    try {
      read = await this.#options.kept.kept(keptAs);
    } catch (error) {
      this.#options.log.error({ err: error }, 'who is to be told cannot be read; it is tried again');
      setTimeout(() => void this.start(), readAgainMs).unref();
      return;
    }
    const kept = Kept.safeParse(read);
    if (kept.success) {
      this.#keys = kept.data.keys;
      for (const request of kept.data.subscriptions) {
        this.#subscriptions.set(idOf(request.subscription.endpoint), request);
      }
      this.#openLanes();
      return;
    }
    this.#keys = await createVapidKeys();
    await this.#keep();
  }

  /** Begins to deliver through this outbox; called by {@link Actions}. What `lost` gets is for nobody in particular. */
  connect(outbox: Outbox, lost: (error: VedetteError) => void): void {
    this.#outbox = outbox;
    this.#lost = lost;
    this.#lanes.clear();
    this.#openLanes();
  }

  /**
   * Takes a browser in, or anew. Resolves when it is kept.
   * @throws VedetteError `push/unknown-service`, `push/no-contact`, `push/crowded`, `records/unwritable`
   */
  async subscribe(request: PushRequest): Promise<void> {
    const { endpoint } = request.subscription;
    if (!this.#keys) throw new VedetteError('records/unwritable', { detail: 'it cannot be read yet' });
    if (!isPushService(endpoint, this.#options.settings)) {
      throw new VedetteError('push/unknown-service', { host: URL.parse(endpoint)?.hostname ?? '' });
    }
    const { contact, settings } = this.#options;
    if (needsContact(endpoint) && !isContactable(settings.contact ?? contact)) {
      throw new VedetteError('push/no-contact');
    }
    const id = idOf(endpoint);
    if (!this.#subscriptions.has(id) && this.#subscriptions.size >= maxSubscriptions) {
      throw new VedetteError('push/crowded', { limit: maxSubscriptions });
    }
    this.#subscriptions.set(id, request);
    if (this.#outbox && !this.#lanes.has(id)) this.#openLane(id);
    await this.#keep();
  }

  /** Forgets a browser; false where it was not known. Resolves when that is kept. */
  async unsubscribe(endpoint: string): Promise<boolean> {
    return this.#forget(idOf(endpoint));
  }

  /** The ids of those who may be told now: of these people, or of all. */
  disturbable(severity: Severity, wall: WallMs, names?: readonly string[]): readonly string[] {
    return [...this.#subscriptions]
      .filter(([, request]) => names === undefined || names.includes(request.name))
      .filter(([, request]) => mayDisturb(request, severity, wall))
      .map(([id]) => id);
  }

  /** Tells these browsers. Resolves when it is safe on disk. */
  async tell(
    ids: readonly string[],
    message: PushMessage,
    options: { readonly urgent: boolean; readonly expiresAfterMs: number },
  ): Promise<void> {
    await Promise.all(ids.map((id) => this.#lanes.get(id)?.add({ message, ...options })));
  }

  /** Whichever comes last of {@link start} and {@link connect}. */
  #openLanes(): void {
    for (const id of this.#subscriptions.keys()) if (!this.#lanes.has(id)) this.#openLane(id);
  }

  #openLane(id: string): void {
    const lane = this.#outbox?.open<KeptPush>({
      target: `push/${id}`,
      payload: KeptPush,
      expiresAfterMs: longestMs,
      send: (push, { leftMs }, signal) => this.#send(id, push, longestMs - leftMs, signal),
      lost: (_push, error) => this.#lost?.(error),
    });
    if (lane) this.#lanes.set(id, lane);
  }

  /** @param waitedMs by the clock that never steps */
  async #send(
    id: string,
    { message, urgent, expiresAfterMs }: KeptPush,
    waitedMs: number,
    signal: AbortSignal,
  ): Promise<Attempt> {
    const request = this.#subscriptions.get(id);
    const { contact, log, settings } = this.#options;
    if (!request || !this.#keys) return { result: 'refused', reason: 'this browser is not known any more' };
    const leftMs = expiresAfterMs - waitedMs;
    // Too late for this one; not worth telling anybody.
    if (leftMs <= 0) return { result: 'delivered' };
    const sent = await sendPush(request.subscription, message, {
      keys: this.#keys,
      contact: settings.contact ?? contact,
      urgent,
      ttlSeconds: Math.ceil(leftMs / 1000),
      signal,
    });
    if (sent.result !== 'gone') return sent;
    log.info({ name: request.name }, 'a browser does not want to be told any more');
    // Not awaited: it waits for this very try to end.
    void this.#forget(id);
    return { result: 'delivered' };
  }

  async #forget(id: string): Promise<boolean> {
    const known = this.#subscriptions.delete(id);
    const lane = this.#lanes.get(id);
    this.#lanes.delete(id);
    if (known) await this.#keep();
    await lane?.close();
    return known;
  }

  /** One after the other, each with what is true when its turn comes. */
  #keep(): Promise<void> {
    const { kept, log } = this.#options;
    this.#keeping = this.#keeping
      .catch(() => {})
      .then(async () => {
        if (!this.#keys) return;
        await kept.keep(keptAs, { keys: this.#keys, subscriptions: [...this.#subscriptions.values()] });
      });
    this.#keeping.catch((error: unknown) => log.error({ err: error }, 'who is to be told was not kept'));
    return this.#keeping;
  }
}

/** Stands for an address in places that are not secret. */
function idOf(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('base64url').slice(0, 16);
}
