import type { Clock } from '../clock.ts';
import type { Delivery } from './store/delivery-table.ts';
import type { Store } from './store/store.ts';

/**
 * The outbox of actions that must not be forgotten: per target, in order, until it is done or expired. All of it is on
 * the disk when a promise resolves; each rejects with `records/unwritable` where the disk refuses.
 */
export class DeliveryStore {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** `expiresAt`: wall time in ms. @returns its id */
  add({ target, body, expiresAt }: Pick<Delivery, 'target' | 'body' | 'expiresAt'>): Promise<number> {
    return this.#store.call('addDelivery', target, JSON.stringify(body), this.#clock.wall(), expiresAt);
  }

  /** It has arrived, or is given up. */
  done(id: number): Promise<void> {
    return this.#store.call('deliveryDone', id);
  }

  /** `nextTryAt`: wall time in ms. */
  failed(id: number, nextTryAt: number): Promise<void> {
    return this.#store.call('deliveryFailed', id, nextTryAt);
  }

  /** What waits for a target, oldest first. */
  pending(target: string): Promise<readonly Delivery[]> {
    return this.#store.call('deliveries', target, this.#clock.wall());
  }

  /** For which something waits. */
  targets(): Promise<readonly string[]> {
    return this.#store.call('deliveryTargets', this.#clock.wall());
  }
}
