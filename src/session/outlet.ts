import type { Clock } from '../clock.ts';
import type { Release } from '../media/stream.ts';
import type { PacketSink, TransportSequence } from '../rtp/outgoing.ts';
import type { PacketizedFrame } from '../rtp/packetizer.ts';
import { RtpSender, type RtpSenderOptions, type SenderReport } from '../rtp/sender.ts';
import type { Broadcast } from './broadcast.ts';

/**
 * Frames that a new viewer is sent from the cache: half a second at 30/s, in which no other keyframe would be given
 * anyway. Beyond, decoding them takes longer than a keyframe on demand (docs/performance.md), and they are a burst.
 */
const maxCatchUpFrames = 15;

/**
 * A viewer that falls behind again and again asks for a keyframe no more often: each is a burst for all who watch, and
 * they have done nothing.
 */
const keyframeAskGapMs = 2_000;

/**
 * One viewer's end of one broadcast: a sender that feeds attach to and leave without renegotiation. Video begins
 * with the frames since the last keyframe, where they are few or the camera gives no other at will, or with a new one;
 * nothing that cannot be decoded is sent. A viewer that takes packets too slowly goes without until it has caught up,
 * and begins again with a keyframe; nobody else notices.
 */
export class Outlet {
  readonly ssrc: number;
  readonly #broadcast: Broadcast;
  readonly #sender: RtpSender;
  readonly #media: () => PacketSink;
  readonly #clock: Clock;
  readonly #onKeyframe: () => void;
  #release: Release | undefined;
  #waiting = true;
  /** A keyframe is still to be asked for, once the viewer can take it. */
  #mustAsk = false;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(
    broadcast: Broadcast,
    options: RtpSenderOptions,
    parts: {
      readonly transportSequence: TransportSequence;
      /** Where packets go just now. */
      readonly media: () => PacketSink;
      readonly clock: Clock;
      /** The wait for a keyframe is over. */
      readonly onKeyframe: () => void;
    },
  ) {
    this.#broadcast = broadcast;
    this.ssrc = options.ssrc;
    this.#sender = new RtpSender(options, broadcast.history, parts.transportSequence);
    this.#media = parts.media;
    this.#clock = parts.clock;
    this.#onKeyframe = parts.onKeyframe;
  }

  /** Nothing is sent, for want of a frame that decoding can begin with. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Media is sent, or waits for a keyframe. */
  get flows(): boolean {
    return this.#release !== undefined;
  }

  /** Media flows from now on. Idempotent. */
  start(): void {
    if (this.#release) return;
    this.#waiting = true;
    this.#mustAsk = false;
    const cached = this.#broadcast.history.sinceKeyframe();
    this.#release = this.#broadcast.join((frame) => this.#frame(frame));
    if (
      cached.length === 0 ||
      (cached.length > maxCatchUpFrames && this.#broadcast.stream.keyframesOnDemand)
    ) {
      this.#ask();
      return;
    }
    this.#keyframeFound();
    if (!this.#sender.catchUp(cached, this.#media())) this.#fallBehind();
  }

  stop(): void {
    this.#release?.();
    this.#release = undefined;
  }

  requestKeyframe(): void {
    if (this.#release) this.#broadcast.requestKeyframe();
  }

  retransmit(lost: readonly number[], roundTripMs: number | undefined): void {
    // What may not flow any more is not sent once more either.
    if (!this.#release) return;
    const sink = this.#media();
    if (!sink.congested) this.#sender.retransmit(lost, this.#clock.now(), sink, roundTripMs);
  }

  report(): SenderReport | undefined {
    return this.#release && this.#sender.report(this.#clock.now());
  }

  #frame(frame: PacketizedFrame): void {
    const sink = this.#media();
    if (sink.congested) {
      this.#fallBehind();
      return;
    }
    if (this.#waiting) {
      if (!frame.keyframe) {
        if (this.#mustAsk && this.#clock.now() - this.#askedMs >= keyframeAskGapMs) this.#ask();
        return;
      }
      this.#keyframeFound();
    }
    if (!this.#sender.send(frame, sink)) this.#fallBehind();
  }

  /** Also when it is behind already: then a keyframe that it asked for has just gone by. */
  #fallBehind(): void {
    this.#waiting = true;
    this.#mustAsk = true;
  }

  #ask(): void {
    this.#mustAsk = false;
    this.#askedMs = this.#clock.now();
    this.#broadcast.requestKeyframe();
  }

  #keyframeFound(): void {
    this.#waiting = false;
    this.#onKeyframe();
  }
}
