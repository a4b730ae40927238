import type { MonotonicMs, WallMs } from '../clock.ts';
import type { Continuity } from './continuity.ts';
import { type ExtensionIds, HeaderTemplate } from './header.ts';
import { HeaderSlots } from './header-slots.ts';
import type { PacketHistory } from './history.ts';
import type { PacketSink, TransportSequence } from './outgoing.ts';
import type { PacketizedFrame } from './packetizer.ts';
import { RetransmissionBudget } from './retransmission-budget.ts';

/** Ticks between the frames of a catch-up: 1 ms, so that the decoder runs through them instead of playing late. */
const catchUpStepMs = 1;
/** Round trip assumed for merging NACKs before one was measured. */
const defaultRoundTripMs = 100;
/** Shortest time for merging NACKs: a peer that reports no round trip, or names a packet twice, gains nothing. */
const minRoundTripMs = 5;
/** Retransmissions remembered for merging; older ones are forgotten, so a hostile NACK list costs no memory. */
const maxRememberedRetransmissions = 2_048;
/** Packets answered for one NACK message: a whole lost keyframe, no more (bytes out stay bounded). */
const maxRetransmissionsPerNack = 256;
const sequenceModulus = 0x1_0000;
const twoTo32 = 0x1_0000_0000;

/** What negotiation and chance settled for one outgoing RTP stream. */
export interface RtpSenderOptions {
  readonly ssrc: number;
  readonly payloadType: number;
  /** Hz. */
  readonly clockRate: number;
  readonly mid: string;
  readonly extensions: ExtensionIds;
  /** RFC 4588; absent where the peer did not offer it, and then NACKs are not answered. */
  readonly rtx?: { readonly ssrc: number; readonly payloadType: number };
  /** Where the last sender of this SSRC left off; written to. */
  readonly continuity: Continuity;
  /** What the wall clock showed at a moment of the monotonic one; for `abs-capture-time`. */
  readonly wallAt: (moment: MonotonicMs) => WallMs;
}

/** What a sender report says of the stream (RFC 3550, 6.4.1). */
export interface SenderReport {
  readonly ssrc: number;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
}

/** Frames that went out under other timestamps than their own, for their retransmission. */
interface Squeezed {
  readonly firstIndex: number;
  readonly captureMs: number;
}

/**
 * One viewer's end of one stream: turns packetized frames into that viewer's packets. Pure: frames, NACKs and `now`
 * in, packets out, each straight to a sink. The payloads are shared with every other viewer; only headers are made
 * here, in slots that are used again.
 */
export class RtpSender {
  readonly #options: RtpSenderOptions;
  readonly #history: PacketHistory;
  readonly #transportSequence: TransportSequence;
  readonly #header: HeaderTemplate;
  readonly #rtxHeader: HeaderTemplate | undefined;
  readonly #slots: HeaderSlots;
  /** An RTX packet's original sequence number (RFC 4588, 4). */
  readonly #originalSequence = Buffer.alloc(2);
  readonly #continuity: Continuity;
  /** Extended sequence number minus stream index, since the frame at `fromIndex`; newest last. */
  #segments: { readonly fromIndex: number; readonly toAdd: number }[] = [];
  #nextIndex = -1;
  #squeezed: Squeezed[] = [];
  #retransmittedAt = new Map<number, number>();
  /** In bytes of header and payload: without the original sequence number, so that all can be repaired once. */
  readonly #budget = new RetransmissionBudget();

  constructor(options: RtpSenderOptions, history: PacketHistory, transportSequence: TransportSequence) {
    this.#options = options;
    this.#history = history;
    this.#transportSequence = transportSequence;
    this.#header = new HeaderTemplate(options);
    this.#rtxHeader = options.rtx ? new HeaderTemplate({ ...options, ...options.rtx }) : undefined;
    // An RTX header differs in its numbers, not in its length.
    this.#slots = new HeaderSlots(this.#header.bytes);
    this.#continuity = options.continuity;
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  /**
   * Sends one frame. A gap in the stream's indexes leaves none in the sequence numbers.
   * @returns false where the sink dropped a packet: then the rest of the frame was not sent either.
   */
  send(frame: PacketizedFrame, sink: PacketSink): boolean {
    return this.#send(frame, frame.captureMs, sink);
  }

  /**
   * Sends all frames since a keyframe, for a viewer who joins now: timestamps squeezed to 1 ms steps that end at the
   * newest frame's own, so the next live frame follows in its true time.
   * @returns as {@link send}.
   */
  catchUp(frames: readonly PacketizedFrame[], sink: PacketSink): boolean {
    const newest = frames.at(-1);
    if (!newest) return true;
    return frames.every((frame, place) => {
      const captureMs = newest.captureMs - (frames.length - 1 - place) * catchUpStepMs;
      const sent = this.#send(frame, captureMs, sink);
      // After the packets: the first of them begin a segment, which forgets what an earlier one squeezed.
      if (frame.payloads.length > 0) this.#squeezed.push({ firstIndex: frame.firstIndex, captureMs });
      return sent;
    });
  }

  /**
   * Answers a generic NACK (RFC 4585, 6.2.1) by RTX, each packet at most once per round trip, and all of them within
   * the {@link RetransmissionBudget}.
   * @param lost 16-bit sequence numbers.
   * @param roundTripMs As the viewer's reports have it, who may lie.
   */
  retransmit(
    lost: readonly number[],
    now: MonotonicMs,
    sink: PacketSink,
    roundTripMs: number = defaultRoundTripMs,
  ): void {
    if (!this.#rtxHeader) return;
    const mergeMs = Math.max(roundTripMs, minRoundTripMs);
    for (const sequenceNumber of lost.slice(0, maxRetransmissionsPerNack)) {
      const extended = this.#extend(sequenceNumber);
      const last = this.#retransmittedAt.get(extended);
      if (last !== undefined && now - last < mergeMs) continue;
      const found = this.#find(extended);
      if (!found) continue;
      const payload = found.frame.payloads[found.offset] as Uint8Array;
      // Not the end: a smaller one may still be within the budget.
      if (!this.#budget.spend(this.#header.bytes + payload.length)) continue;
      this.#remember(extended, now);
      if (!this.#retransmit(extended, found.frame, found.offset, sink)) return;
    }
  }

  /** The stream's sender report at `now`, or undefined before its first packet. */
  report(now: MonotonicMs): SenderReport | undefined {
    if (this.#continuity.packetCount === 0) return undefined;
    return {
      ssrc: this.#options.ssrc,
      rtpTimestamp: this.#timestamp(now),
      packetCount: this.#continuity.packetCount % twoTo32,
      octetCount: this.#continuity.octetCount % twoTo32,
    };
  }

  #send(frame: PacketizedFrame, captureMs: number, sink: PacketSink): boolean {
    if (frame.firstIndex !== this.#nextIndex) this.#beginSegment(frame.firstIndex);
    const { payloads } = frame;
    const { ssrc } = this.#options;
    const continuity = this.#continuity;
    const timestamp = this.#timestamp(captureMs);
    const last = payloads.length - 1;
    if (this.#header.usesCaptureTime) this.#header.capturedAt(this.#options.wallAt(frame.captureMs));
    let place = 0;
    let taken = true;
    let sentBytes = 0;
    while (taken && place <= last) {
      const payload = payloads[place] as Uint8Array;
      const header = this.#slots.next();
      const packetIndex = continuity.nextIndex;
      this.#header.write(header, 0, packetIndex, timestamp, place === last, this.#nextTransportSequence());
      // Spent also where the sink drops it: under one SRTP key no index comes twice.
      continuity.nextIndex = packetIndex + 1;
      taken = sink.packet(header, undefined, payload, ssrc, packetIndex);
      continuity.packetCount += 1;
      continuity.octetCount += payload.length;
      if (taken) sentBytes += header.length + payload.length;
      place += 1;
    }
    this.#budget.earn(sentBytes, captureMs);
    this.#nextIndex = frame.firstIndex + place;
    return taken;
  }

  #retransmit(extended: number, frame: PacketizedFrame, offset: number, sink: PacketSink): boolean {
    const rtx = this.#options.rtx;
    const template = this.#rtxHeader;
    if (!rtx || !template) return false;
    const captureMs =
      this.#squeezed.find(({ firstIndex }) => firstIndex === frame.firstIndex)?.captureMs ?? frame.captureMs;
    const packetIndex = this.#continuity.nextRtxIndex;
    this.#continuity.nextRtxIndex += 1;
    if (template.usesCaptureTime) template.capturedAt(this.#options.wallAt(frame.captureMs));
    const header = this.#slots.next();
    const marker = offset === frame.payloads.length - 1;
    template.write(header, 0, packetIndex, this.#timestamp(captureMs), marker, this.#nextTransportSequence());
    this.#originalSequence.writeUInt16BE(extended % sequenceModulus, 0);
    const payload = frame.payloads[offset] as Uint8Array;
    return sink.packet(header, this.#originalSequence, payload, rtx.ssrc, packetIndex);
  }

  #beginSegment(fromIndex: number): void {
    this.#segments.push({ fromIndex, toAdd: this.#continuity.nextIndex - fromIndex });
    // Only what history can still hold matters.
    if (this.#segments.length > 16) this.#segments.shift();
    this.#squeezed = [];
  }

  #find(extended: number): ReturnType<PacketHistory['find']> {
    const segment = this.#segments.findLast(({ fromIndex, toAdd }) => extended - toAdd >= fromIndex);
    return segment && extended < this.#continuity.nextIndex
      ? this.#history.find(extended - segment.toAdd)
      : undefined;
  }

  /** The newest sent extended sequence number that ends in these 16 bits. */
  #extend(sequenceNumber: number): number {
    const newest = this.#continuity.nextIndex - 1;
    const candidate = newest - (newest % sequenceModulus) + sequenceNumber;
    return candidate > newest ? candidate - sequenceModulus : candidate;
  }

  #remember(extended: number, now: number): void {
    // Re-inserting keeps the map in order of time, so the first key is the oldest.
    this.#retransmittedAt.delete(extended);
    this.#retransmittedAt.set(extended, now);
    if (this.#retransmittedAt.size > maxRememberedRetransmissions) {
      for (const oldest of this.#retransmittedAt.keys()) {
        this.#retransmittedAt.delete(oldest);
        break;
      }
    }
  }

  #timestamp(captureMs: number): number {
    const ticks = Math.round((captureMs * this.#options.clockRate) / 1000);
    return (ticks + this.#continuity.timestampOffset) % twoTo32;
  }

  #nextTransportSequence(): number {
    return this.#header.usesTransportWideCc ? this.#transportSequence.next() : 0;
  }
}
