import { maxQueuedPackets } from './outgoing.ts';

/**
 * Room for the headers of one viewer's stream, used in turns: the socket may still read a header while its packet
 * waits among the last {@link maxQueuedPackets}, so a slot comes again only after that many others.
 */
export class HeaderSlots {
  readonly #bytes: number;
  /** Made with the first packet: who stands by sends none for hours. */
  #slots: readonly Buffer[] | undefined;
  #next = 0;

  /** @param bytes of one header. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** The slot that was given longest ago. */
  next(): Buffer {
    this.#slots ??= slotsOf(this.#bytes);
    const slot = this.#slots[this.#next] as Buffer;
    this.#next = (this.#next + 1) % this.#slots.length;
    return slot;
  }
}

function slotsOf(bytes: number): readonly Buffer[] {
  const count = maxQueuedPackets + 1;
  const room = Buffer.alloc(bytes * count);
  return Array.from({ length: count }, (_, slot) => room.subarray(slot * bytes, (slot + 1) * bytes));
}
