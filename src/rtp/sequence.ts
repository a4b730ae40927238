/** Farther ahead than this, and followed by its successor, is another sender (RFC 3550, A.1). */
const maxDropout = 3_000;
/**
 * Farther behind, likewise. Ten times what A.1 has for sound: a picture of 8 Mbit/s sends 1,000 packets in the second
 * that a retransmission can take.
 */
const maxMisorder = 1_000;
const half = 0x8000;

/** Where a packet stands among those that came before. */
export interface SequencePlace {
  /** The sequence number without wrap; below 0 where a packet left before the first that came. */
  readonly extended: number;
  /** The sender has begun anew: what was known of its packets is void. */
  readonly restarted: boolean;
}

/** Follows 16-bit sequence numbers over their wraps (RFC 3550, A.1), and notices a sender that begins anew. */
export class SequenceFollower {
  #highest: number | undefined;
  /** A number from far away, until its successor shows that the sender has restarted. */
  #stranger: number | undefined;

  /** The highest so far, rollovers in the upper bits; undefined before the first packet. */
  get highest(): number | undefined {
    return this.#highest;
  }

  /** The extended number nearest to the highest that ends in these 16 bits; nothing is noted. */
  extend(sequenceNumber: number): number | undefined {
    if (this.#highest === undefined) return undefined;
    const ahead = (sequenceNumber - this.#highest) & 0xffff;
    return this.#highest + (ahead < half ? ahead : ahead - 2 * half);
  }

  /** A packet came; undefined where it is from too far away to be believed yet. */
  follow(sequenceNumber: number): SequencePlace | undefined {
    const extended = this.extend(sequenceNumber);
    if (extended === undefined || this.#highest === undefined) return this.#begin(sequenceNumber, false);
    const ahead = extended - this.#highest;
    if (ahead > maxDropout || ahead < -maxMisorder) {
      if (sequenceNumber === this.#stranger) return this.#begin(sequenceNumber, true);
      this.#stranger = (sequenceNumber + 1) & 0xffff;
      return undefined;
    }
    this.#stranger = undefined;
    if (ahead > 0) this.#highest = extended;
    return { extended, restarted: false };
  }

  #begin(sequenceNumber: number, restarted: boolean): SequencePlace {
    this.#highest = sequenceNumber;
    this.#stranger = undefined;
    return { extended: sequenceNumber, restarted };
  }
}
