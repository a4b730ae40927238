import type { DatabaseSync } from 'node:sqlite';

/** Something that has to reach a target, in order, until it is done or too late. Times are wall time in ms. */
export interface Delivery {
  readonly id: number;
  readonly target: string;
  /** As it was added. */
  readonly body: unknown;
  readonly addedAt: number;
  readonly expiresAt: number;
  readonly tries: number;
  /** Not before then. */
  readonly nextTryAt: number;
}

/** The outbox: what is in it survives a power cut. */
export class DeliveryTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  add(target: string, body: string, addedAt: number, expiresAt: number): number {
    return Number(
      this.#database
        .prepare('INSERT INTO deliveries (target, body, added_at, expires_at) VALUES (?, ?, ?, ?)')
        .run(target, body, addedAt, expiresAt).lastInsertRowid,
    );
  }

  done(id: number): void {
    this.#database.prepare('DELETE FROM deliveries WHERE id = ?').run(id);
  }

  failed(id: number, nextTryAt: number): void {
    this.#database
      .prepare('UPDATE deliveries SET tries = tries + 1, next_try_at = ? WHERE id = ?')
      .run(nextTryAt, id);
  }

  /** What waits for `target`, oldest first; what has expired is no more. */
  pending(target: string, now: number): Delivery[] {
    return this.#database
      .prepare('SELECT * FROM deliveries WHERE target = ? AND expires_at > ? ORDER BY id')
      .all(target, now)
      .map((row) => ({
        id: Number(row.id),
        target: String(row.target),
        body: JSON.parse(String(row.body)),
        addedAt: Number(row.added_at),
        expiresAt: Number(row.expires_at),
        tries: Number(row.tries),
        nextTryAt: Number(row.next_try_at),
      }));
  }

  targets(now: number): string[] {
    return this.#database
      .prepare('SELECT DISTINCT target FROM deliveries WHERE expires_at > ? ORDER BY target')
      .all(now)
      .map((row) => String(row.target));
  }

  /** Removes what came too late; gives how many. */
  expire(now: number): number {
    return Number(this.#database.prepare('DELETE FROM deliveries WHERE expires_at <= ?').run(now).changes);
  }
}
