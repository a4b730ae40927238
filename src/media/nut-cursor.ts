/** 2^53: a number beyond it is not one we could count with, and none that ffmpeg writes. */
const limit = Number.MAX_SAFE_INTEGER;
/** Digits of 7 bits in a number of 64; more would be leading zeros without end. */
const maxDigits = 10;

/**
 * Reads NUT's numbers from a run of bytes. Never throws: past the end it becomes `short`, at a number too large
 * `bad`, and gives 0 from then on; callers look at {@link NutCursor.state} once, behind the last field.
 */
export class NutCursor {
  readonly bytes: Uint8Array;
  at = 0;
  state: 'ok' | 'short' | 'bad' = 'ok';

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) {
      if (this.state === 'ok') this.state = 'short';
      return 0;
    }
    this.at += 1;
    return byte;
  }

  u32(): number {
    return this.u8() * 0x1000000 + (this.u8() << 16) + (this.u8() << 8) + this.u8();
  }

  /** Unsigned, 7 bits a byte. */
  v(): number {
    let value = 0;
    for (let digits = 0; digits < maxDigits; digits += 1) {
      const byte = this.u8();
      value = value * 128 + (byte & 127);
      if (value > limit) this.state = 'bad';
      if (this.state !== 'ok') return 0;
      if (byte < 128) return value;
    }
    this.state = 'bad';
    return 0;
  }

  /** Signed. */
  s(): number {
    const folded = this.v() + 1;
    const half = Math.floor(folded / 2);
    return folded % 2 === 1 ? -half : half;
  }

  /** A run of bytes with its length in front. */
  vb(): Uint8Array {
    const length = this.v();
    if (length > this.left) {
      if (this.state === 'ok') this.state = 'short';
      return new Uint8Array(0);
    }
    const run = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return run;
  }

  /** A run of bytes as Latin-1 text. */
  text(): string {
    return String.fromCharCode(...this.vb().subarray(0, 256));
  }
}
