import type { MonotonicMs } from '../clock.ts';
import type { OpusPull } from '../media/frame.ts';

/** How long a packet waits for those that left before it: three packets of 20 ms. */
const defaultTargetMs = 60;
/** Beyond the target: what is more is thrown away at once, because nobody wants to talk with such a delay. */
const excessMs = 120;
/** Concealed this often in a row with nothing waiting, then it is a pause: Opus has faded to silence by then. */
const maxStarvedPulls = 3;
/** Never more packets than this are kept: 1 s of 20 ms ones. */
const maxPackets = 50;
/** RFC 3550, A.1: farther ahead or behind than this, and followed by its successor, is another sender. */
const maxDropout = 3_000;
const maxMisorder = 100;
/** What an Opus packet can last, ms (RFC 6716, 3.2.5). */
const minPacketMs = 2.5;
const maxPacketMs = 120;
/** RTP ticks of Opus in a millisecond, whatever its real rate (RFC 7587, 4.1). */
const ticksPerMs = 48;
/** Of the average depth: 1/64 a pull is a time constant of 1.3 s, longer than jitter and shorter than drift. */
const averageWeight = 1 / 64;

/** What of an RTP packet matters here. The payload is kept until it is pulled. */
export interface JitterPacket {
  /** 16 bits. */
  readonly sequenceNumber: number;
  /** 32 bits, 48 kHz. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** Packets since the beginning, for statistics. */
export interface JitterCounts {
  readonly received: number;
  readonly duplicate: number;
  /** Came after their turn. */
  readonly late: number;
  /** Did not come by their turn; some of them are counted as late when they do. */
  readonly lost: number;
  /** Thrown away because too many were waiting. */
  readonly skipped: number;
}

/** Waiting for the first packets, or playing them. */
type Phase = 'filling' | 'playing';

/**
 * Puts a talker's packets back in order and gives them out one by one, each about `targetMs` after it came.
 *
 * What is missing at its turn is reported lost. When nothing is waiting at all, the next packet is still expected: its
 * turn moves back, at the cost of delay, which the player takes back by resampling. A pause ends in `empty`, and the
 * next word fills the buffer anew.
 */
export class JitterBuffer {
  readonly targetMs: number;
  readonly #packets = new Map<number, Uint8Array>();
  #phase: Phase = 'filling';
  /** Sequence numbers without wrap. `#next` is whose turn it is, `#highest` the newest that came. */
  #next = 0;
  #highest: number | undefined;
  #highestTimestamp = 0;
  #highestArrivalMs = 0;
  #packetMs = 20;
  /** A packet from far away, until its successor shows that the talker has restarted. */
  #stranger: JitterPacket | undefined;
  #starved = 0;
  /** Concealed while starved: so many of the missing packets have been played for already. */
  #owed = 0;
  #averageMs: number | undefined;
  #counts = { received: 0, duplicate: 0, late: 0, lost: 0, skipped: 0 };

  constructor(options: { readonly targetMs?: number } = {}) {
    this.targetMs = options.targetMs ?? defaultTargetMs;
  }

  /** How long packets wait at the moment, averaged over about a second; the target while nothing is playing. */
  get depthMs(): number {
    return this.#averageMs ?? this.targetMs;
  }

  /** Packets waiting. */
  get size(): number {
    return this.#packets.size;
  }

  get counts(): JitterCounts {
    return { ...this.#counts };
  }

  /** A packet came. */
  insert(packet: JitterPacket, now: MonotonicMs): void {
    this.#counts.received++;
    if (this.#highest === undefined) {
      this.#begin(packet, now);
      return;
    }
    const ahead = ((packet.sequenceNumber - this.#highest) << 16) >> 16;
    if (ahead > maxDropout || ahead < -maxMisorder) {
      this.#meetStranger(packet, now);
      return;
    }
    this.#stranger = undefined;
    this.#queue(this.#highest + ahead, packet, now);
  }

  /** The next thing to play. To be called once for each packet's duration. */
  pull(now: MonotonicMs): OpusPull {
    if (this.#packets.size === 0) return this.#pullStarved();
    if (this.#phase === 'filling') {
      this.#next = Math.min(...this.#packets.keys());
      if (this.#depthAt(now) < this.targetMs) return { kind: 'empty' };
      this.#phase = 'playing';
      this.#owed = 0;
      this.#averageMs = undefined;
    }
    this.#starved = 0;
    this.#skipExcess(now);
    const depth = this.#depthAt(now);
    this.#averageMs = (this.#averageMs ?? depth) * (1 - averageWeight) + depth * averageWeight;
    return this.#take();
  }

  #begin(packet: JitterPacket, now: MonotonicMs): void {
    this.#packets.clear();
    this.#phase = 'filling';
    this.#averageMs = undefined;
    this.#stranger = undefined;
    this.#starved = 0;
    this.#owed = 0;
    this.#next = 0;
    this.#highest = undefined;
    // Far enough from 0 that packets which left before this one stay positive.
    this.#queue(packet.sequenceNumber + 0x10000, packet, now);
  }

  #meetStranger(packet: JitterPacket, now: MonotonicMs): void {
    const first = this.#stranger;
    if (first && packet.sequenceNumber === ((first.sequenceNumber + 1) & 0xffff)) {
      this.#begin(first, now);
      this.insert(packet, now);
      this.#counts.received--;
    } else {
      this.#stranger = packet;
    }
  }

  #queue(sequence: number, packet: JitterPacket, now: MonotonicMs): void {
    if (sequence < this.#next) {
      this.#counts.late++;
      return;
    }
    if (this.#packets.has(sequence)) {
      this.#counts.duplicate++;
      return;
    }
    this.#packets.set(sequence, packet.payload);
    // Only a speaker that does not pull comes here: it will want the newest.
    if (this.#packets.size > maxPackets) this.#dropBefore(Math.min(...this.#packets.keys()) + 1);
    if (this.#highest !== undefined && sequence <= this.#highest) return;
    if (this.#highest === sequence - 1) this.#learnDuration(packet.timestamp);
    this.#highest = sequence;
    this.#highestTimestamp = packet.timestamp;
    this.#highestArrivalMs = now;
  }

  /** From two packets in a row. A greater step is a pause (DTX) or a new beginning, and says nothing. */
  #learnDuration(timestamp: number): void {
    const ms = ((timestamp - this.#highestTimestamp) >>> 0) / ticksPerMs;
    if (ms >= minPacketMs && ms <= maxPacketMs) this.#packetMs = ms;
  }

  #pullStarved(): OpusPull {
    if (this.#phase === 'filling') return { kind: 'empty' };
    if (++this.#starved > maxStarvedPulls) {
      this.#phase = 'filling';
      this.#averageMs = undefined;
      return { kind: 'empty' };
    }
    this.#owed++;
    return { kind: 'lost' };
  }

  /** How long ago the next packet came, or would have come, had it come with the newest one's delay. */
  #depthAt(now: MonotonicMs): number {
    if (this.#highest === undefined) return 0;
    return (this.#highest - this.#next) * this.#packetMs + (now - this.#highestArrivalMs);
  }

  #skipExcess(now: MonotonicMs): void {
    const tooMuch = this.#depthAt(now) - this.targetMs;
    if (tooMuch <= excessMs || this.#highest === undefined) return;
    // The newest is always kept: it may have waited long, where nobody pulled.
    this.#dropBefore(Math.min(this.#next + Math.round(tooMuch / this.#packetMs), this.#highest));
    this.#averageMs = undefined;
  }

  #dropBefore(sequence: number): void {
    for (const key of this.#packets.keys()) {
      if (key >= sequence) continue;
      this.#packets.delete(key);
      this.#counts.skipped++;
    }
    this.#next = Math.max(this.#next, sequence);
  }

  /** Something is waiting, so this ends: at the latest at the newest packet. */
  #take(): OpusPull {
    for (;;) {
      const payload = this.#packets.get(this.#next);
      if (payload) {
        this.#packets.delete(this.#next++);
        this.#owed = 0;
        return { kind: 'packet', payload };
      }
      this.#next++;
      this.#counts.lost++;
      if (this.#owed-- > 0) continue;
      this.#owed = 0;
      const next = this.#packets.get(this.#next);
      return next ? { kind: 'lost', next } : { kind: 'lost' };
    }
  }
}
