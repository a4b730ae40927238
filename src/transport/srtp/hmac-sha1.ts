import { hash } from 'node:crypto';

const blockBytes = 64;
const sha1Bytes = 20;
const innerPad = 0x36;
const outerPad = 0x5c;
/** Room for a packet; a longer one makes more. */
const usualBytes = 2_048;

/**
 * HMAC-SHA1 (RFC 2104) under one key, as two one-shot hashes over padded keys made beforehand: a quarter of what an
 * HMAC object a packet costs. Digests cross from C++ as strings of 20 characters, for a buffer from there costs ten
 * times as much.
 */
export class HmacSha1 {
  #inner: Buffer;
  readonly #outer = Buffer.alloc(blockBytes + sha1Bytes);

  /** @param key at most 64 bytes. */
  constructor(key: Uint8Array) {
    this.#inner = Buffer.alloc(usualBytes);
    this.#inner.set(key);
    this.#outer.set(key);
    for (let at = 0; at < blockBytes; at += 1) {
      this.#inner[at] = (this.#inner[at] ?? 0) ^ innerPad;
      this.#outer[at] = (this.#outer[at] ?? 0) ^ outerPad;
    }
  }

  /** Writes the first `bytes` of the digest of these three, one after the other, into `target` at `offset`. */
  write(
    first: Uint8Array,
    second: Uint8Array,
    third: Uint8Array,
    target: Buffer,
    offset: number,
    bytes: number,
  ): void {
    const secondAt = blockBytes + first.length;
    const thirdAt = secondAt + second.length;
    const end = thirdAt + third.length;
    if (end > this.#inner.length) this.#grow(end);
    const inner = this.#inner;
    inner.set(first, blockBytes);
    inner.set(second, secondAt);
    inner.set(third, thirdAt);
    this.#outer.write(hash('sha1', inner.subarray(0, end), 'binary'), blockBytes, sha1Bytes, 'latin1');
    target.write(hash('sha1', this.#outer, 'binary'), offset, bytes, 'latin1');
  }

  #grow(bytes: number): void {
    const larger = Buffer.alloc(bytes);
    larger.set(this.#inner.subarray(0, blockBytes));
    this.#inner = larger;
  }
}
