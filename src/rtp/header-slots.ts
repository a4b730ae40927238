import { maxQueuedPackets } from './outgoing.ts';

/**
 * Room for the headers of one viewer's stream, used in turns: the socket may still read a header while its packet
 * waits among the last {@link maxQueuedPackets}, so a slot comes again only after that many others.
 */
export class HeaderSlots {
  readonly #slots: readonly Buffer[];
  #next = 0;

  /** @param bytes of one header. */
  constructor(bytes: number) {
    const count = maxQueuedPackets + 1;
    const room = Buffer.alloc(bytes * count);
    this.#slots = Array.from({ length: count }, (_, slot) => room.subarray(slot * bytes, (slot + 1) * bytes));
  }

  /** The slot that was given longest ago. */
  next(): Buffer {
    const slot = this.#slots[this.#next] as Buffer;
    this.#next = (this.#next + 1) % this.#slots.length;
    return slot;
  }
}
