/** Why a packet's number is taken or not: `tooOld` is below the window, where nobody remembers what was seen. */
export type Freshness = 'new' | 'replayed' | 'tooOld';

/**
 * Remembers which of the newest packet numbers were seen (RFC 3711, 3.3.2; RFC 6347, 4.1.2.6), for any numbering that
 * a double holds exactly: SRTP's 48-bit index, SRTCP's 31-bit index, DTLS's 48-bit sequence number.
 *
 * Ask {@link check} before a packet is authenticated, which costs nothing, and {@link mark} only after, so that a
 * forged number moves nothing.
 */
export class ReplayWindow {
  readonly #size: number;
  /** Bit n of the ring is number n modulo size, of the newest `size` numbers. */
  readonly #seen: Uint32Array;
  #newest = -1;

  /** @param size numbers remembered: at least 64 (RFC 3711, 3.3.2), a multiple of 32. */
  constructor(size = 64) {
    this.#size = Math.max(64, Math.ceil(size / 32) * 32);
    this.#seen = new Uint32Array(this.#size / 32);
  }

  /** The highest number marked; -1 before the first. */
  get newest(): number {
    return this.#newest;
  }

  check(number: number): Freshness {
    if (number > this.#newest) return 'new';
    if (number <= this.#newest - this.#size) return 'tooOld';
    const bit = number % this.#size;
    return ((this.#seen[bit >>> 5] ?? 0) >>> (bit & 31)) & 1 ? 'replayed' : 'new';
  }

  /** Remembers a number that {@link check} called new and whose packet was authentic. */
  mark(number: number): void {
    if (number > this.#newest) {
      if (number - this.#newest >= this.#size) this.#seen.fill(0);
      else for (let passed = this.#newest + 1; passed < number; passed += 1) this.#put(passed, false);
      this.#newest = number;
    }
    this.#put(number, true);
  }

  #put(number: number, seen: boolean): void {
    const bit = number % this.#size;
    const word = this.#seen[bit >>> 5] ?? 0;
    this.#seen[bit >>> 5] = seen ? word | (1 << (bit & 31)) : word & ~(1 << (bit & 31));
  }
}
