import type { Clock } from '../clock.ts';
import type { Release } from '../media/stream.ts';
import type { OutgoingPacket, TransportSequence } from '../rtp/outgoing.ts';
import type { PacketizedFrame } from '../rtp/packetizer.ts';
import { RtpSender, type RtpSenderOptions, type SenderReport } from '../rtp/sender.ts';
import type { Broadcast } from './broadcast.ts';

/**
 * Frames that a new viewer is sent from the cache: half a second at 30/s, in which no other keyframe would be given
 * anyway. Beyond, decoding them takes longer than a keyframe on demand (docs/performance.md), and they are a burst.
 */
const maxCatchUpFrames = 15;

/** Where an outlet's packets go. */
export type SendPackets = (packets: readonly OutgoingPacket[]) => void;

/**
 * One viewer's end of one broadcast: a sender that feeds attach to and leave without renegotiation. Video begins
 * with the frames since the last keyframe, where they are few or the camera gives no other at will, or with a new one;
 * nothing that cannot be decoded is sent.
 */
export class Outlet {
  readonly ssrc: number;
  readonly #broadcast: Broadcast;
  readonly #sender: RtpSender;
  readonly #send: SendPackets;
  readonly #clock: Clock;
  readonly #onKeyframe: () => void;
  #release: Release | undefined;
  #waiting = true;

  constructor(
    broadcast: Broadcast,
    options: RtpSenderOptions,
    parts: {
      readonly transportSequence: TransportSequence;
      readonly send: SendPackets;
      readonly clock: Clock;
      /** The wait for a keyframe is over. */
      readonly onKeyframe: () => void;
    },
  ) {
    this.#broadcast = broadcast;
    this.ssrc = options.ssrc;
    this.#sender = new RtpSender(options, broadcast.history, parts.transportSequence);
    this.#send = parts.send;
    this.#clock = parts.clock;
    this.#onKeyframe = parts.onKeyframe;
  }

  /** Nothing was sent yet, for want of a frame that decoding can begin with. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Media flows from now on. Idempotent. */
  start(): void {
    if (this.#release) return;
    this.#waiting = true;
    const cached = this.#broadcast.history.sinceKeyframe();
    this.#release = this.#broadcast.join((frame) => this.#frame(frame));
    if (
      cached.length === 0 ||
      (cached.length > maxCatchUpFrames && this.#broadcast.stream.keyframesOnDemand)
    ) {
      this.#broadcast.requestKeyframe();
      return;
    }
    this.#keyframeFound();
    this.#send(this.#sender.catchUp(cached));
  }

  stop(): void {
    this.#release?.();
    this.#release = undefined;
  }

  requestKeyframe(): void {
    if (this.#release) this.#broadcast.requestKeyframe();
  }

  retransmit(lost: readonly number[], roundTripMs: number | undefined): void {
    this.#send(this.#sender.retransmit(lost, this.#clock.now(), roundTripMs));
  }

  report(): SenderReport | undefined {
    return this.#release && this.#sender.report(this.#clock.now());
  }

  #frame(frame: PacketizedFrame): void {
    if (this.#waiting) {
      if (!frame.keyframe) return;
      this.#keyframeFound();
    }
    this.#send(this.#sender.send(frame));
  }

  #keyframeFound(): void {
    this.#waiting = false;
    this.#onKeyframe();
  }
}
