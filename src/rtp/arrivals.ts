import type { MonotonicMs } from '../clock.ts';
import type { FeedbackParties } from './rtcp/feedback.ts';
import { TransportFeedback } from './rtcp/transport-wide.ts';
import { SequenceFollower } from './sequence.ts';

/** Between two feedbacks: a sender adapts within some of them, and they cost it 1 % of a voice's bytes. */
const intervalMs = 100;
/** Packets not told of yet; at 40,000 a second they are fed back in time. */
const maxPending = 4_096;
/** Feedbacks at once: as many as {@link maxPending} packets fill, and some for packets that came late. */
const maxFeedbacks = 40;

/** When the packets of a session came, by their transport-wide numbers, until the sender was told. */
export class Arrivals {
  readonly #follower = new SequenceFollower();
  readonly #pending = new Map<number, MonotonicMs>();
  /** The first packet that no feedback has passed yet. */
  #next: number | undefined;
  #firstPendingAt: MonotonicMs | undefined;
  #lastFeedbackAt: MonotonicMs | undefined;
  #feedbackCount = 0;

  /** When {@link feedback} has something to say; undefined while nothing came. */
  get deadline(): MonotonicMs | undefined {
    if (this.#firstPendingAt === undefined) return undefined;
    return this.#lastFeedbackAt === undefined
      ? this.#firstPendingAt
      : (Math.max(this.#firstPendingAt, this.#lastFeedbackAt + intervalMs) as MonotonicMs);
  }

  /** @param sequenceNumber Transport-wide, 16 bits. */
  received(sequenceNumber: number, now: MonotonicMs): void {
    const place = this.#follower.follow(sequenceNumber);
    if (!place || this.#pending.size >= maxPending) return;
    if (place.restarted) this.#pending.clear();
    if (place.restarted || this.#next === undefined) this.#next = place.extended;
    if (this.#pending.has(place.extended)) return;
    this.#pending.set(place.extended, now);
    this.#firstPendingAt ??= now;
  }

  /** Feedback packets about all that came since the last call. */
  feedback(parties: FeedbackParties, now: MonotonicMs): Buffer[] {
    const sorted = [...this.#pending].sort(([left], [right]) => left - right);
    this.#pending.clear();
    this.#firstPendingAt = undefined;
    this.#lastFeedbackAt = now;
    const next = this.#next ?? 0;
    const feedbacks: TransportFeedback[] = [];
    let current: TransportFeedback | undefined;
    let previous = next - 1;
    for (const [sequence, arrival] of sorted) {
      const late = sequence < next;
      // One that comes after a feedback has passed it is told of alone: what is around it was told of before.
      if (late ? sequence !== previous + 1 : previous < next) current = undefined;
      if (!current?.add(sequence, arrival)) {
        current = begin(late ? sequence : Math.max(previous + 1, next), sequence, arrival);
        feedbacks.push(current);
      }
      previous = sequence;
    }
    this.#next = Math.max(next, previous + 1);
    return feedbacks.slice(0, maxFeedbacks).map((feedback) => feedback.write(parties, this.#feedbackCount++));
  }
}

/** From `base` on where that is near enough, else from its first packet on. */
function begin(base: number, sequence: number, arrival: MonotonicMs): TransportFeedback {
  const feedback = new TransportFeedback(base);
  if (feedback.add(sequence, arrival)) return feedback;
  const later = new TransportFeedback(sequence);
  later.add(sequence, arrival);
  return later;
}
