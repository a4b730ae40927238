/** Longer lines are nobody's measurement, and a device that never ends one must not fill memory. */
const maxLineBytes = 512;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Takes a stream of bytes apart at line ends: LF, CR or both. Lines that are too long are left out whole. */
export class LineSplitter {
  readonly #open = new Uint8Array(maxLineBytes);
  #length = 0;
  #tooLong = false;
  readonly #decoder = new TextDecoder('utf-8');

  /** Leaves out the line that has begun. */
  skip(): void {
    if (this.#length > 0) this.#tooLong = true;
  }

  /** The lines that end in `chunk`, without their ends; empty ones are none. */
  take(chunk: Uint8Array): readonly string[] {
    const lines: string[] = [];
    for (const byte of chunk) {
      if (byte === lineFeed || byte === carriageReturn) {
        if (this.#length > 0 && !this.#tooLong) {
          lines.push(this.#decoder.decode(this.#open.subarray(0, this.#length)));
        }
        this.#length = 0;
        this.#tooLong = false;
      } else if (this.#length < this.#open.length) {
        this.#open[this.#length++] = byte;
      } else {
        this.#tooLong = true;
      }
    }
    return lines;
  }
}
