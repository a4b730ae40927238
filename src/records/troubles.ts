import type { Logger } from '../log.ts';
import { Listeners } from '../media/listeners.ts';
import type { Release } from '../media/stream.ts';

/** What can be wrong with the records, the worst first. */
const kinds = ['database', 'clips', 'reserve'] as const;
export type TroubleKind = (typeof kinds)[number];

/** What is wrong with the records now, in a sentence for people; said when it begins, changes and ends. */
export class Troubles {
  readonly #log: Logger;
  readonly #listeners: Listeners<string | undefined>;
  readonly #sentences = new Map<TroubleKind, string>();

  constructor(log: Logger) {
    this.#log = log;
    this.#listeners = new Listeners(log);
  }

  /** The worst; undefined where all is well. */
  get current(): string | undefined {
    const kind = kinds.find((one) => this.#sentences.has(one));
    return kind && this.#sentences.get(kind);
  }

  has(kind: TroubleKind): boolean {
    return this.#sentences.has(kind);
  }

  onChange(listener: (trouble: string | undefined) => void): Release {
    return this.#listeners.add(listener);
  }

  /** `sentence` is the case, or nothing is wrong any more. The same sentence again says nothing. */
  set(kind: TroubleKind, sentence: string | undefined): void {
    if (this.#sentences.get(kind) === sentence) return;
    const before = this.current;
    if (sentence === undefined) {
      this.#sentences.delete(kind);
      this.#log.info({ trouble: kind }, 'the records are well again');
    } else {
      this.#sentences.set(kind, sentence);
      this.#log.warn({ trouble: kind }, sentence);
    }
    if (this.current !== before) this.#listeners.tell(this.current);
  }
}
