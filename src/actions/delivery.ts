/** Something that must arrive, as it is kept on disk. */
export interface StoredDelivery {
  readonly id: number;
  readonly body: unknown;
  /** Wall time in ms after which nobody wants it any more. */
  readonly expiresAt: number;
}

/** Where deliveries wait over a restart. `records` keeps it. */
export interface DeliveryStore {
  /** Resolves with its id when it is durable. */
  add(delivery: {
    readonly target: string;
    readonly body: unknown;
    readonly expiresAt: number;
  }): Promise<number>;
  /** It arrived, or nobody wants it any more. */
  done(id: number): Promise<void>;
  /** All that wait for this target, the oldest first. */
  pending(target: string): Promise<readonly StoredDelivery[]>;
}

/** What came of one try. */
export type Attempt =
  | { readonly result: 'delivered' }
  /** It will never be taken like this. */
  | { readonly result: 'refused'; readonly reason: string }
  /** Perhaps later; not before `afterMs`, where the target says so. */
  | { readonly result: 'later'; readonly reason: string; readonly afterMs?: number };
