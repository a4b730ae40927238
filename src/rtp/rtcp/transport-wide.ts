import type { MonotonicMs } from '../../clock.ts';
import { type FeedbackParties, feedbackHeaderBytes, feedbackPacket } from './feedback.ts';
import { feedbackFormats, packetTypes, paddingBit } from './packet-types.ts';

/*
 * When each packet of a session came, whatever its stream, by the numbers its sender gave them for that
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1). PT 205, FMT 15; behind the media SSRC:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |     first sequence number     |       packets told of         |
 * |       reference time, signed, in 64 ms        | feedback count|
 * |            chunk              |            chunk              | ...
 * | delta (1 or 2 bytes) | ...           zeros | padding bytes    |
 *
 * A chunk says for some packets in a row what their deltas look like (3.1.2 to 3.1.4):
 * |0| symbol  |  run length, 13 bits        |
 * |1|0|  14 symbols of one bit: 0 or 1      |
 * |1|1|  7 symbols of two bits              |
 *
 * A delta is the time since the packet told of before, or since the reference time, in 250 µs (3.1.5).
 */

/** What is known of a packet (3.1.1); 3 is reserved. */
const symbols = { lost: 0, smallDelta: 1, largeDelta: 2 } as const;
const ticksPerMs = 4;
/** The reference time's unit. */
const ticksPerReference = 64 * ticksPerMs;
const headerBytes = 8;
const maxRun = 0x1fff;
const bitsInVector = 14;
const pairsInVector = 7;
/**
 * Received packets in one feedback. Each costs at most 6 bytes (its delta, the chunk it is in, and a run of lost ones
 * before it), so that the whole stays below 1,150 bytes.
 */
const maxReceived = 180;
/** Packets in one feedback, lost ones too: what a single run can pass over. */
const maxPackets = maxRun;

/** Collects the arrivals of packets whose sequence numbers rise, for one feedback. */
export class TransportFeedback {
  readonly #baseSequence: number;
  readonly #symbols: number[] = [];
  readonly #deltas: number[] = [];
  #reference = 0;
  #ticks = 0;

  /** @param baseSequence The first packet told of, without wrap; it may be lost. */
  constructor(baseSequence: number) {
    this.#baseSequence = baseSequence;
  }

  /**
   * Tells of one more packet, and that those between it and the last one did not come. False where it does not fit
   * any more and belongs into the next feedback.
   * @param sequence Without wrap; above the last one's.
   */
  add(sequence: number, arrival: MonotonicMs): boolean {
    const place = sequence - this.#baseSequence;
    if (place < this.#symbols.length || place >= maxPackets || this.#deltas.length >= maxReceived)
      return false;
    const ticks = Math.round(arrival * ticksPerMs);
    if (this.#deltas.length === 0) {
      this.#reference = Math.floor(ticks / ticksPerReference);
      this.#ticks = this.#reference * ticksPerReference;
    }
    const delta = ticks - this.#ticks;
    if (delta < -0x8000 || delta > 0x7fff) return false;
    while (this.#symbols.length < place) this.#symbols.push(symbols.lost);
    this.#symbols.push(isSmall(delta) ? symbols.smallDelta : symbols.largeDelta);
    this.#deltas.push(delta);
    this.#ticks = ticks;
    return true;
  }

  /** @param feedbackCount Rises by one with every feedback of a session; its low 8 bits are sent. */
  write(parties: FeedbackParties, feedbackCount: number): Buffer {
    const chunks = chunksOf(this.#symbols);
    const deltaBytes = this.#deltas.reduce((sum, delta) => sum + (isSmall(delta) ? 1 : 2), 0);
    const contentBytes = Math.ceil((headerBytes + 2 * chunks.length + deltaBytes) / 4) * 4;
    const packet = feedbackPacket(
      packetTypes.transportFeedback,
      feedbackFormats.transportWide,
      parties,
      contentBytes,
    );
    let at = packet.writeUInt16BE(this.#baseSequence & 0xffff, feedbackHeaderBytes);
    at = packet.writeUInt16BE(this.#symbols.length, at);
    at = packet.writeUIntBE(this.#reference & 0xff_ffff, at, 3);
    at = packet.writeUInt8(feedbackCount & 0xff, at);
    for (const chunk of chunks) at = packet.writeUInt16BE(chunk, at);
    for (const delta of this.#deltas)
      at = isSmall(delta) ? packet.writeUInt8(delta, at) : packet.writeInt16BE(delta, at);
    if (at < packet.length) {
      // The draft has zeros alone; browsers count them as RTCP's padding, and readers take either.
      packet[0] = (packet[0] as number) | paddingBit;
      packet[packet.length - 1] = packet.length - at;
    }
    return packet;
  }
}

function isSmall(delta: number): boolean {
  return delta >= 0 && delta <= 0xff;
}

function chunksOf(list: readonly number[]): number[] {
  const chunks: number[] = [];
  for (let at = 0; at < list.length; ) {
    const symbol = list[at] as number;
    let run = 1;
    while (run < maxRun && list[at + run] === symbol) run += 1;
    const oneBit = list.slice(at, at + bitsInVector).every((each) => each !== symbols.largeDelta);
    if (run >= (oneBit ? bitsInVector : pairsInVector) || at + run === list.length) {
      chunks.push((symbol << 13) | run);
      at += run;
      continue;
    }
    const held = oneBit ? bitsInVector : pairsInVector;
    const bits = bitsInVector / held;
    let chunk = oneBit ? 0x8000 : 0xc000;
    for (let place = 0; place < held; place += 1)
      chunk |= (list[at + place] ?? symbols.lost) << (bitsInVector - (place + 1) * bits);
    chunks.push(chunk);
    at += held;
  }
  return chunks;
}

/** A feedback, read. */
export interface ReadTransportFeedback {
  /** 16 bits. */
  readonly baseSequence: number;
  /** Packets told of, from `baseSequence` on. Those that are not in `received` did not come. */
  readonly packetCount: number;
  readonly feedbackCount: number;
  /** `atMs` is on the far end's clock, and wraps after 12 days. */
  readonly received: readonly { readonly sequenceNumber: number; readonly atMs: number }[];
}

/**
 * Reads one feedback, given as a whole RTCP packet; what is behind its deltas is not looked at. Total: undefined where what it tells is not
 * all there. What it costs is bounded by its bytes, whatever it claims to tell of.
 */
export function readTransportFeedback(packet: Uint8Array): ReadTransportFeedback | undefined {
  if (packet.length < feedbackHeaderBytes + headerBytes) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const baseSequence = view.getUint16(feedbackHeaderBytes);
  const packetCount = view.getUint16(feedbackHeaderBytes + 2);
  const word = view.getInt32(feedbackHeaderBytes + 4);
  const marked: { readonly place: number; readonly symbol: number }[] = [];
  let at = feedbackHeaderBytes + headerBytes;
  for (let place = 0; place < packetCount; at += 2) {
    if (at + 2 > view.byteLength) return undefined;
    const chunk = view.getUint16(at);
    if ((chunk & 0x8000) === 0) {
      const symbol = (chunk >> 13) & 3;
      const run = Math.min(chunk & maxRun, packetCount - place);
      // Every one of them has a delta of a byte at least.
      if (symbol !== symbols.lost && marked.length + run > view.byteLength) return undefined;
      for (let each = 0; symbol !== symbols.lost && each < run; each += 1)
        marked.push({ place: place + each, symbol });
      place += run;
      continue;
    }
    const bits = (chunk & 0x4000) === 0 ? 1 : 2;
    for (let shift = bitsInVector - bits; shift >= 0 && place < packetCount; shift -= bits, place += 1) {
      const symbol = (chunk >> shift) & (2 ** bits - 1);
      if (symbol !== symbols.lost) marked.push({ place, symbol });
    }
  }
  let ticks = (word >> 8) * ticksPerReference;
  const received: { sequenceNumber: number; atMs: number }[] = [];
  for (const { place, symbol } of marked) {
    if (symbol > symbols.largeDelta) return undefined;
    const large = symbol === symbols.largeDelta;
    if (at + (large ? 2 : 1) > view.byteLength) return undefined;
    ticks += large ? view.getInt16(at) : view.getUint8(at);
    at += large ? 2 : 1;
    received.push({ sequenceNumber: (baseSequence + place) & 0xffff, atMs: ticks / ticksPerMs });
  }
  return { baseSequence, packetCount, feedbackCount: word & 0xff, received };
}
