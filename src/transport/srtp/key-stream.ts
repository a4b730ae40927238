import { type Cipheriv, createCipheriv } from 'node:crypto';

const blockBytes = 16;
const wordsInBlock = blockBytes / 4;
/** Blocks for a packet of usual size; a longer one makes more. */
const usualBlocks = 96;
/** The counter of blocks has 16 bits, below the IV (RFC 3711, 4.1.1); more than a datagram needs. */
const maxBlocks = 0x1_0000;

/**
 * AES in counter mode (RFC 3711, 4.1.1) under one key and salt.
 *
 * Encrypts counter blocks with one cipher for life: making a cipher for each packet, with an IV of its own, costs more
 * than all else together. The result lies in the buffer that the cipher made for the key stream.
 *
 * ```
 * block n   salt (14) xor | 00 00 00 00 | SSRC | index (6) |, then n (2)
 * ```
 */
export class KeyStream {
  readonly #cipher: Cipheriv;
  readonly #salt: DataView;
  /** One counter block without its count, as bytes and as words of the machine's own order. */
  readonly #first = new DataView(new ArrayBuffer(blockBytes));
  readonly #firstWords = new Uint32Array(this.#first.buffer);
  /** Counter blocks; the last word of each without what an index puts into it. */
  #counters = Buffer.alloc(0);
  #counterWords = new Uint32Array(0);
  #counts = new Uint32Array(0);
  /** Where text and key stream meet, in words. */
  #text = Buffer.alloc(0);
  #textWords = new Uint32Array(0);
  #stream = Buffer.alloc(0);
  #streamWords = new Uint32Array(0);

  constructor(key: Uint8Array, salt: Buffer) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    this.#salt = new DataView(salt.buffer, salt.byteOffset, salt.byteLength);
    this.#grow(usualBlocks);
  }

  /**
   * Encrypts `prefix` and `payload` behind it, or decrypts them: the same thing. Gives a buffer of its own that begins
   * with the result, and has at least `spare` bytes behind it for the caller to write to.
   */
  apply(
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    index: number,
    spare: number,
  ): Buffer {
    const start = prefix?.length ?? 0;
    const bytes = start + payload.length;
    const blocks = Math.ceil((bytes + spare) / blockBytes);
    if (blocks * blockBytes > this.#text.length) this.#grow(blocks);
    this.#count(blocks, ssrc, index);
    const result = this.#cipher.update(this.#counters.subarray(0, blocks * blockBytes));
    if (prefix) this.#text.set(prefix, 0);
    this.#text.set(payload, start);
    // Copied, because nobody promises that the cipher's buffers begin at whole words.
    this.#stream.set(result, 0);
    const text = this.#textWords;
    const stream = this.#streamWords;
    for (let word = Math.ceil(bytes / 4) - 1; word >= 0; word -= 1)
      text[word] = (text[word] as number) ^ (stream[word] as number);
    result.set(this.#text.subarray(0, bytes), 0);
    return result;
  }

  #count(blocks: number, ssrc: number, index: number): void {
    this.#first.setUint32(0, this.#salt.getUint32(0));
    this.#first.setUint32(4, this.#salt.getUint32(4) ^ ssrc);
    this.#first.setUint32(8, this.#salt.getUint32(8) ^ Math.floor(index / 0x1_0000));
    this.#first.setUint16(12, this.#salt.getUint16(12) ^ (index % 0x1_0000));
    const first = this.#firstWords;
    const w0 = first[0] as number;
    const w1 = first[1] as number;
    const w2 = first[2] as number;
    const w3 = first[3] as number;
    const words = this.#counterWords;
    const counts = this.#counts;
    for (let block = 0, at = 0; block < blocks; block += 1, at += wordsInBlock) {
      words[at] = w0;
      words[at + 1] = w1;
      words[at + 2] = w2;
      words[at + 3] = w3 | (counts[block] as number);
    }
  }

  #grow(blocks: number): void {
    if (blocks > maxBlocks) throw new RangeError('a packet is longer than its key stream');
    const bytes = blocks * blockBytes;
    const room = () => {
      const buffer = Buffer.from(new ArrayBuffer(bytes));
      return [buffer, new Uint32Array(buffer.buffer)] as const;
    };
    [this.#counters, this.#counterWords] = room();
    [this.#text, this.#textWords] = room();
    [this.#stream, this.#streamWords] = room();
    const counts = new DataView(new ArrayBuffer(blocks * 4));
    for (let block = 0; block < blocks; block += 1) counts.setUint32(block * 4, block);
    this.#counts = new Uint32Array(counts.buffer);
  }
}
