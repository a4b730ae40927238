import type { MonotonicMs } from '../clock.ts';
import { middle32 } from './rtcp/ntp.ts';
import type { ReceptionReport } from './rtcp/reports.ts';
import { SequenceFollower, type SequencePlace } from './sequence.ts';

/** RFC 3550, A.8: the mean follows a sixteenth of each deviation. */
const jitterWeight = 1 / 16;
/** DLSR counts these in a millisecond. */
const ticksPerMs = 65.536;

/** What a receiver counts of one SSRC, for its reports (RFC 3550, A.1, A.3 and A.8). */
export class Reception {
  readonly #ssrc: number;
  readonly #ticksPerMs: number;
  readonly #follower = new SequenceFollower();
  #first = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #last: { readonly timestamp: number; readonly now: MonotonicMs } | undefined;
  #jitter = 0;
  #senderReport: { readonly middle: number; readonly now: MonotonicMs } | undefined;

  /** @param clockRate Of the RTP timestamps, Hz. */
  constructor(ssrc: number, clockRate: number) {
    this.#ssrc = ssrc;
    this.#ticksPerMs = clockRate / 1000;
  }

  /** See {@link SequenceFollower.extend}. */
  extend(sequenceNumber: number): number | undefined {
    return this.#follower.extend(sequenceNumber);
  }

  /** Counts a packet as it came; undefined where its number cannot be believed yet, and then it is not counted. */
  received(sequenceNumber: number, timestamp: number, now: MonotonicMs): SequencePlace | undefined {
    const place = this.#follower.follow(sequenceNumber);
    if (!place) return undefined;
    if (this.#received === 0 || place.restarted) {
      this.#first = place.extended;
      this.#received = 0;
      this.#expectedBefore = 0;
      this.#receivedBefore = 0;
      this.#last = undefined;
    }
    this.#received += 1;
    if (this.#last) {
      const sent = (timestamp - this.#last.timestamp) | 0;
      const deviation = Math.abs((now - this.#last.now) * this.#ticksPerMs - sent);
      this.#jitter += (deviation - this.#jitter) * jitterWeight;
    }
    this.#last = { timestamp, now };
    return place;
  }

  /** The sender's own report came, with its time. */
  senderReport(ntp: bigint, now: MonotonicMs): void {
    this.#senderReport = { middle: middle32(ntp), now };
  }

  /** A report on the packets since the last one; undefined where none came (RFC 3550, 6.4). */
  report(now: MonotonicMs): ReceptionReport | undefined {
    const highest = this.#follower.highest;
    if (highest === undefined || this.#received === this.#receivedBefore) return undefined;
    const expected = highest - this.#first + 1;
    const expectedNow = expected - this.#expectedBefore;
    const lostNow = expectedNow - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    return {
      ssrc: this.#ssrc,
      // Duplicates can make it negative, which is no loss (A.3).
      fractionLost: lostNow > 0 ? lostNow / expectedNow : 0,
      packetsLost: expected - this.#received,
      highestSequence: highest,
      jitter: Math.floor(this.#jitter),
      lastSenderReport: this.#senderReport?.middle ?? 0,
      delaySinceLastSenderReport: this.#senderReport
        ? Math.round((now - this.#senderReport.now) * ticksPerMs)
        : 0,
    };
  }
}
