import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** `rand_a` of a UUID version 7 as a counter within one millisecond (RFC 9562, 6.2, method 1): 12 bits. */
const counterLimit = 0x1000;

/**
 * Makes ids of events: UUID version 7 (RFC 9562, 5.7), each greater than the one before it, even where the clock is
 * set back.
 */
export class EventIds {
  readonly #clock: Clock;
  #ms = 0;
  #counter = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): string {
    const wall = Math.floor(this.#clock.wall());
    if (wall > this.#ms) {
      this.#ms = wall;
      this.#counter = 0;
    } else if (++this.#counter === counterLimit) {
      this.#ms += 1;
      this.#counter = 0;
    }
    const random = randomBytes(8);
    random[0] = ((random[0] ?? 0) & 0x3f) | 0x80; // variant
    const time = this.#ms.toString(16).padStart(12, '0');
    const counter = (0x7000 | this.#counter).toString(16);
    const tail = random.toString('hex');
    return `${time.slice(0, 8)}-${time.slice(8)}-${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }
}

/** The wall time in ms that an id begins with; undefined where it is none of {@link EventIds}. */
export function timeOfId(id: string): number | undefined {
  const found = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id);
  return found ? Number.parseInt(`${found[1]}${found[2]}`, 16) : undefined;
}
