import type { Clock, MonotonicMs } from '../clock.ts';
import type { IncomingRtp } from '../rtp/incoming.ts';
import { MediaReceiver, type ReceivedPacket, type ReceivedSection } from '../rtp/receiver.ts';
import { feedbackCompounds, type Speaker } from '../rtp/rtcp/compound.ts';
import type { IncomingRtcp } from '../rtp/rtcp/read.ts';
import type { ReceptionReport } from '../rtp/rtcp/reports.ts';
import type { SectionPlan } from './offer.ts';

const opusClockRate = 48_000;

/** What a plan says of the sections that the viewer sends in. */
export function heardSections(plans: readonly SectionPlan[]): ReceivedSection[] {
  return plans.flatMap((plan) => {
    if (plan.kind !== 'audio' || !plan.talks) return [];
    const { mid, payloadType, rtxPayloadType, remoteSsrcs, repairs, extensions } = plan;
    return {
      mid,
      payloadType,
      ...(rtxPayloadType === undefined ? {} : { rtxPayloadType }),
      clockRate: opusClockRate,
      ssrcs: remoteSsrcs,
      nack: repairs,
      extensions,
    };
  });
}

/** What one session hears, and what it answers to that at once: the one timer around a {@link MediaReceiver}. */
export class Hearing {
  readonly #clock: Clock;
  readonly #send: (compound: Uint8Array) => void;
  readonly #receiver = new MediaReceiver();
  #speaker: Speaker | undefined;
  #timer: { readonly at: MonotonicMs; readonly handle: NodeJS.Timeout } | undefined;

  constructor(clock: Clock, send: (compound: Uint8Array) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Takes what an offer settled. Without a speaker nothing is fed back: no SSRC is ours. */
  negotiate(sections: readonly ReceivedSection[], speaker: Speaker | undefined): void {
    this.#speaker = speaker;
    this.#receiver.negotiate(sections);
    this.#feedBack();
  }

  /** See {@link MediaReceiver.receive}. */
  receive(packet: IncomingRtp): ReceivedPacket | undefined {
    const received = this.#receiver.receive(packet, this.#clock.now());
    this.#feedBack();
    return received;
  }

  /** Takes what the peer's RTCP says of its own streams. */
  rtcp(packet: IncomingRtcp): void {
    switch (packet.type) {
      case 'sender-report':
        this.#receiver.senderReport(packet, this.#clock.now());
        return;
      case 'goodbye':
        this.#receiver.goodbye(packet.ssrcs);
        return;
      case 'nack':
      case 'keyframe-request':
      case 'reports':
        return; // of what we send
    }
  }

  /** See {@link MediaReceiver.measured}. */
  measured(roundTripMs: number): void {
    this.#receiver.measured(roundTripMs);
  }

  /** Report blocks on all that was heard since the last call. */
  reports(): readonly ReceptionReport[] {
    return this.#receiver.reports(this.#clock.now());
  }

  /** Nothing is fed back any more. Idempotent. */
  stop(): void {
    this.negotiate([], undefined);
  }

  /** Sends what is due, and waits for what is due next; with nothing to wait for there is no timer. */
  #feedBack(): void {
    const speaker = this.#speaker;
    const now = this.#clock.now();
    let deadline = speaker && this.#receiver.deadline;
    if (speaker && deadline !== undefined && deadline <= now) {
      for (const compound of feedbackCompounds(speaker, this.#receiver.tick(now, speaker.ssrc)))
        this.#send(compound);
      deadline = this.#receiver.deadline;
    }
    if (deadline === this.#timer?.at) return;
    clearTimeout(this.#timer?.handle);
    this.#timer =
      deadline === undefined
        ? undefined
        : { at: deadline, handle: setTimeout(() => this.#expired(), Math.ceil(deadline - now)) };
  }

  #expired(): void {
    this.#timer = undefined;
    this.#feedBack();
  }
}
