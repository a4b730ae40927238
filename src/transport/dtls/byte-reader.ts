const none = new Uint8Array(0);

/**
 * Reads big-endian fields and never throws: past the end every read gives 0 or nothing and {@link failed} stays set,
 * so a parser reads its whole structure and asks once.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A field was cut short. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Every byte was read, and none was missing. */
  get complete(): boolean {
    return !this.#failed && this.#at === this.#bytes.length;
  }

  /** There is more to read, and nothing was missing so far. */
  get more(): boolean {
    return !this.#failed && this.#at < this.#bytes.length;
  }

  uint8(): number {
    return this.#number(1);
  }

  uint16(): number {
    return this.#number(2);
  }

  uint24(): number {
    return this.#number(3);
  }

  uint48(): number {
    return this.#number(6);
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) {
      this.#failed = true;
      this.#at = this.#bytes.length;
      return none;
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A vector with its length before it (RFC 5246, 4.3). */
  vector8(): Uint8Array {
    return this.bytes(this.uint8());
  }

  vector16(): Uint8Array {
    return this.bytes(this.uint16());
  }

  vector24(): Uint8Array {
    return this.bytes(this.uint24());
  }

  /** A vector of 16-bit numbers, its length in bytes before it. */
  numbers16(): number[] {
    const list = new ByteReader(this.vector16());
    const numbers: number[] = [];
    while (list.more) numbers.push(list.uint16());
    if (list.failed) this.#failed = true;
    return numbers;
  }

  #number(bytes: number): number {
    let number = 0;
    for (const byte of this.bytes(bytes)) number = number * 256 + byte;
    return number;
  }
}
