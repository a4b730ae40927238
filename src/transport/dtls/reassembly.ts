import type { HandshakeFragment, HandshakeMessage } from './handshake-message.ts';

/** A certificate chain of a browser has 1 kB, a post-quantum ClientHello 2 kB; nobody needs more than this. */
const maxMessageBytes = 16_384;
/** What a peer can make us keep, all messages together. Every byte costs a second one of bookkeeping. */
const maxKeptBytes = maxMessageBytes;
/** The longest flight has 5 messages. */
const maxAhead = 8;

interface Partial {
  readonly type: number;
  readonly body: Uint8Array;
  /** 1 for each byte that came. */
  readonly came: Uint8Array;
  missing: number;
}

/** What became of a fragment: `old` belongs to a message that was taken, so the peer repeats itself. */
export type Placement = 'old' | 'kept' | 'dropped';

/**
 * Puts handshake messages together from fragments in any order, overlapping and repeated, and gives them in the order
 * of their numbers (RFC 6347, 4.2.2 and 4.2.3). What a stranger can make it keep is bounded; the message that is due
 * always finds room.
 */
export class Reassembly {
  readonly #partials = new Map<number, Partial>();
  #next = 0;
  #kept = 0;

  /** Bytes held, for who asserts the bound. */
  get keptBytes(): number {
    return this.#kept;
  }

  add(fragment: HandshakeFragment): Placement {
    const { type, sequence, length, offset, bytes } = fragment;
    if (sequence < this.#next) return 'old';
    if (sequence >= this.#next + maxAhead || length > maxMessageBytes) return 'dropped';
    let partial = this.#partials.get(sequence);
    // One of the two is forged, and nobody knows which: the newest gets its chance, and a repeated flight heals it.
    if (partial && (partial.type !== type || partial.body.length !== length)) {
      this.#forget(sequence, partial);
      partial = undefined;
    }
    if (partial === undefined) {
      if (!this.#makeRoom(sequence, length)) return 'dropped';
      partial = { type, body: new Uint8Array(length), came: new Uint8Array(length), missing: length };
      this.#partials.set(sequence, partial);
      this.#kept += length;
    }
    const end = offset + bytes.length;
    if (partial.missing === length) {
      partial.body.set(bytes, offset);
      partial.came.fill(1, offset, end);
      partial.missing -= bytes.length;
      return 'kept';
    }
    for (let at = offset; at < end; at += 1) {
      if (partial.came[at] === 1) continue; // what came first stays
      partial.came[at] = 1;
      partial.body[at] = bytes[at - offset] ?? 0;
      partial.missing -= 1;
    }
    return 'kept';
  }

  /** The message that is due, once it is whole. */
  take(): HandshakeMessage | undefined {
    const sequence = this.#next;
    const partial = this.#partials.get(sequence);
    if (partial === undefined || partial.missing > 0) return undefined;
    this.#forget(sequence, partial);
    this.#next += 1;
    return { type: partial.type, sequence, body: partial.body };
  }

  #makeRoom(sequence: number, length: number): boolean {
    if (sequence === this.#next && this.#kept + length > maxKeptBytes) {
      for (const [ahead, partial] of this.#partials) this.#forget(ahead, partial);
    }
    return this.#kept + length <= maxKeptBytes;
  }

  #forget(sequence: number, partial: Partial): void {
    this.#partials.delete(sequence);
    this.#kept -= partial.body.length;
  }
}
