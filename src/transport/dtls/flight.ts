import type { MonotonicMs } from '../../clock.ts';
import type { Flight } from './handshake.ts';
import { handshakeHeaderBytes, writeFragment } from './handshake-message.ts';
import { contentTypes, recordHeaderBytes } from './record.ts';
import type { Epoch, RecordLayer } from './record-layer.ts';
import { sealExpansionBytes } from './record-protection.ts';

/** The first repetition where nothing is known of the way: a lost datagram costs little, an early one next to nothing. */
const firstTimeoutMs = 100;
/** Bounds of a timeout made from a known round trip. */
const timeoutBoundsMs = { least: 50, most: 400 } as const;
/** Where doubling ends (RFC 6347, 4.2.4.1 would let it go to 60 s, which outlives a visitor's patience). */
const longestTimeoutMs = 2_000;
/** A peer's repetitions are answered no faster: what arrives twice is mostly one repetition. */
const leastRepeatMs = 20;
/** Answered repetitions of one flight. Nothing shows yet whose they are, and ours are longer. */
const maxRepeats = 16;
/** A shorter piece of a message is left to the next datagram. */
const leastFragmentBytes = 48;

/**
 * Our flight that waits for the peer's: when to send it again (RFC 6347, 4.2.4).
 *
 * Its clock doubles from a low start, and a peer that repeats itself gets it at once.
 */
export class Repetition {
  readonly flight: Flight;
  #timeoutMs: number;
  #sentAt: MonotonicMs;
  #repeats = 0;

  /** @param roundTripMs as far as known, of the path. */
  constructor(flight: Flight, now: MonotonicMs, roundTripMs: number | undefined) {
    this.flight = flight;
    this.#sentAt = now;
    this.#timeoutMs =
      roundTripMs === undefined
        ? firstTimeoutMs
        : Math.min(timeoutBoundsMs.most, Math.max(timeoutBoundsMs.least, 2 * roundTripMs));
  }

  get deadline(): MonotonicMs {
    return (this.#sentAt + this.#timeoutMs) as MonotonicMs;
  }

  /** The deadline passed: the flight is sent now. */
  again(now: MonotonicMs): void {
    this.#sentAt = now;
    this.#timeoutMs = Math.min(longestTimeoutMs, 2 * this.#timeoutMs);
  }

  /** The peer repeated itself. @returns whether to send the flight now. */
  asked(now: MonotonicMs, authentic: boolean): boolean {
    if (now - this.#sentAt < leastRepeatMs || (!authentic && this.#repeats >= maxRepeats)) return false;
    this.#repeats += 1;
    this.#sentAt = now;
    return true;
  }
}

/**
 * A flight in datagrams of at most `maxBytes`, with numbers of its own each time it is sent.
 * @returns nothing of what there is no record number for.
 */
export function packFlight(flight: Flight, records: RecordLayer, maxBytes: number): Uint8Array[] {
  const datagrams: Uint8Array[] = [];
  let pending: Uint8Array[] = [];
  let room = maxBytes;
  let epoch: Epoch = 0;
  const flush = () => {
    if (pending.length > 0) datagrams.push(Buffer.concat(pending));
    pending = [];
    room = maxBytes;
  };
  const put = (record: Uint8Array | undefined) => {
    if (record === undefined) return;
    if (record.length > room) flush();
    pending.push(record);
    room -= record.length;
  };
  for (const part of flight) {
    if (part === 'changeCipherSpec') {
      put(records.write(contentTypes.changeCipherSpec, 0, Uint8Array.of(1)));
      epoch = 1;
      continue;
    }
    const overhead = recordHeaderBytes + handshakeHeaderBytes + (epoch === 1 ? sealExpansionBytes : 0);
    const { type, sequence, body } = part;
    let offset = 0;
    do {
      const rest = body.length - offset;
      if (room - overhead < Math.min(rest, leastFragmentBytes)) flush();
      const bytes = body.subarray(offset, offset + Math.max(1, Math.min(rest, room - overhead)));
      const fragment = writeFragment({ type, sequence, length: body.length, offset, bytes });
      put(records.write(contentTypes.handshake, epoch, fragment));
      offset += bytes.length;
    } while (offset < body.length);
  }
  flush();
  return datagrams;
}
