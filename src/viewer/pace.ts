/** Passes values on, the first at once, later ones no more often than a step, and the last one always. */
export class Pace<T> {
  readonly #everyMs: number;
  readonly #pass: (value: T) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: { readonly value: T } | undefined;

  constructor(everyMs: number, pass: (value: T) => void) {
    this.#everyMs = everyMs;
    this.#pass = pass;
  }

  /** A newer value takes the place of one that waits. */
  offer(value: T): void {
    this.#waiting = { value };
    if (this.#timer === undefined) this.#next();
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
  }

  #next(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#timer = waiting && setTimeout(() => this.#next(), this.#everyMs);
    if (waiting) this.#pass(waiting.value);
  }
}
