import type { Logger } from '../log.ts';
import type { Release } from './stream.ts';

/** Who wants to hear one kind of fact. A listener that throws is logged and breaks nobody. */
export class Listeners<Fact> {
  readonly #listeners = new Set<{ readonly tell: (fact: Fact) => void }>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** The same function may be added twice; each addition has its own release. */
  add(tell: (fact: Fact) => void): Release {
    const entry = { tell };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  tell(fact: Fact): void {
    for (const { tell } of this.#listeners) {
      try {
        tell(fact);
      } catch (error) {
        this.#log.error({ err: error }, 'a listener failed');
      }
    }
  }
}
