import { nalTypes } from './annex-b.ts';

/** An access unit longer than this is no picture: 4096x2160 at the best quality stays below. */
const maxUnitBytes = 16 * 1024 * 1024;
const startCode = Buffer.of(0, 0, 1);

/**
 * Cuts a byte stream of H.264 (ITU-T H.264, Annex B) into access units. Pure and total: whatever the bytes, memory
 * is bounded.
 *
 *     00 00 00 01 67 …  00 00 00 01 68 …  00 00 01 65 …  | 00 00 00 01 41 …  | 00 00 00 01 41 …
 *     SPS               PPS               IDR slice      | slice             | slice
 */
export class AccessUnitSplitter {
  #pending = Buffer.alloc(0);
  /** Up to here, no start code is left to be looked at. */
  #scanned = 0;
  #hasSlice = false;
  #flushed = false;
  #torn = false;

  /** True where nothing is begun: the next byte is the first of an access unit. */
  get empty(): boolean {
    return this.#pending.length === 0;
  }

  /** Takes the next bytes and gives the access units they prove to be whole, each in a buffer of its own. */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (this.#flushed && !this.#continueAfterFlush()) return [];
    const units: Uint8Array[] = [];
    for (;;) {
      const at = this.#pending.indexOf(startCode, this.#scanned);
      // What tells one access unit from the next stands in the two bytes behind the start code.
      if (at === -1 || at + 5 > this.#pending.length) {
        this.#scanned = at === -1 ? Math.max(this.#scanned, this.#pending.length - 2) : at;
        break;
      }
      const type = (this.#pending[at + 3] ?? 0) & 31;
      const slice = type === nalTypes.slice || type === nalTypes.idr;
      const cut = this.#longStart(at);
      if (this.#hasSlice && begins(type, this.#pending[at + 4] ?? 0)) {
        units.push(this.#pending.subarray(0, cut));
        this.#pending = this.#pending.subarray(cut);
        this.#scanned = at - cut + 3;
        this.#hasSlice = slice;
        continue;
      }
      this.#hasSlice ||= slice;
      this.#scanned = at + 3;
    }
    if (this.#pending.length > maxUnitBytes) this.#begin();
    return units;
  }

  /**
   * Gives what has come so far as an access unit, for a writer that was silent since: so a picture need not wait for
   * the next one to prove its end. Gives nothing any more once such a guess was wrong.
   */
  flush(): Uint8Array | undefined {
    if (!this.#hasSlice || this.#torn) return undefined;
    const unit = this.#pending;
    this.#begin();
    this.#flushed = true;
    return unit;
  }

  /** False where more bytes are needed to know. */
  #continueAfterFlush(): boolean {
    if (this.#pending.length < 4) return false;
    this.#flushed = false;
    const begin = this.#pending.indexOf(startCode);
    if (begin === 0 || (begin === 1 && this.#pending[0] === 0)) return true;
    // The access unit went on: what is left of it is of no use.
    this.#torn = true;
    this.#pending = begin === -1 ? Buffer.alloc(0) : this.#pending.subarray(this.#longStart(begin));
    return true;
  }

  /** Where the start code at `at` begins, with the zero byte in front that the first of an access unit has (B.1.2). */
  #longStart(at: number): number {
    return at > 0 && this.#pending[at - 1] === 0 ? at - 1 : at;
  }

  #begin(): void {
    this.#pending = Buffer.alloc(0);
    this.#scanned = 0;
    this.#hasSlice = false;
  }
}

/** Whether a NAL unit behind a slice is the first of the next access unit (7.4.1.2.3). */
function begins(type: number, second: number): boolean {
  if (type === nalTypes.slice || type === nalTypes.idr) {
    // first_mb_in_slice is 0, which Exp-Golomb writes as a single 1.
    return (second & 0x80) !== 0;
  }
  return (type >= nalTypes.sei && type <= nalTypes.aud) || (type >= 14 && type <= 18);
}
