import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { DeliveryStore } from './delivery.ts';
import { type BackoffMs, Lane, type LaneOptions } from './lane.ts';

/** A second is time enough for a server that restarts; five minutes spare one that is away for a day. */
const defaultBackoff: BackoffMs = { first: 1_000, most: 300_000 };
/** A stop waits this long for tries that go on; they are made again at the next start. */
const stopMs = 1_000;

export interface OutboxOptions {
  readonly store: DeliveryStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** From a second to five minutes unless told. */
  readonly backoff?: BackoffMs;
}

/** Where things wait that must arrive: a lane for each target, in order, kept over a restart. */
export class Outbox {
  readonly #store: DeliveryStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #backoff: BackoffMs;
  readonly #lanes = new Map<string, Pick<Lane<unknown>, 'waiting' | 'ended'>>();
  readonly #stopping = new AbortController();

  constructor(options: OutboxOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#backoff = options.backoff ?? defaultBackoff;
  }

  /** Opens the lane of a target, and begins with what waits for it. A lane that was closed may be opened again. */
  open<Payload>(options: LaneOptions<Payload>): Lane<Payload> {
    if (this.#lanes.has(options.target)) throw new Error(`two lanes to ${options.target}`);
    const lane = new Lane(options, {
      store: this.#store,
      clock: this.#clock,
      log: this.#log,
      backoff: this.#backoff,
      stopping: this.#stopping.signal,
      closed: () => this.#lanes.delete(options.target),
    });
    this.#lanes.set(options.target, lane);
    return lane;
  }

  /** How many wait, by target: for metrics. */
  waiting(): ReadonlyMap<string, number> {
    return new Map([...this.#lanes].map(([target, lane]) => [target, lane.waiting]));
  }

  /** Ends every try; what has not arrived stays on disk. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, stopMs);
    await Promise.race([Promise.all([...this.#lanes.values()].map((lane) => lane.ended)), tooLong]);
    clearTimeout(timer);
  }
}
