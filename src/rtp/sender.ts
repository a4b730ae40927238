import type { MonotonicMs } from '../clock.ts';
import type { Continuity } from './continuity.ts';
import { type ExtensionIds, HeaderTemplate } from './header.ts';
import type { PacketHistory } from './history.ts';
import type { OutgoingPacket, TransportSequence } from './outgoing.ts';
import type { PacketizedFrame } from './packetizer.ts';

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
 * in, packets out. The payloads are shared with every other viewer; only headers are made here.
 */
export class RtpSender {
  readonly #options: RtpSenderOptions;
  readonly #history: PacketHistory;
  readonly #transportSequence: TransportSequence;
  readonly #header: HeaderTemplate;
  readonly #rtxHeader: HeaderTemplate | undefined;
  readonly #continuity: Continuity;
  /** Extended sequence number minus stream index, since the frame at `fromIndex`; newest last. */
  #segments: { readonly fromIndex: number; readonly toAdd: number }[] = [];
  #nextIndex = -1;
  #squeezed: Squeezed[] = [];
  #retransmittedAt = new Map<number, number>();

  constructor(options: RtpSenderOptions, history: PacketHistory, transportSequence: TransportSequence) {
    this.#options = options;
    this.#history = history;
    this.#transportSequence = transportSequence;
    this.#header = new HeaderTemplate(options);
    this.#rtxHeader = options.rtx ? new HeaderTemplate({ ...options, ...options.rtx }) : undefined;
    this.#continuity = options.continuity;
  }

  get ssrc(): number {
    return this.#options.ssrc;
  }

  /** Packets of one frame, in order. A gap in the stream's indexes leaves none in the sequence numbers. */
  send(frame: PacketizedFrame): OutgoingPacket[] {
    return this.#packets(frame, frame.captureMs);
  }

  /**
   * Packets of all frames since a keyframe, for a viewer who joins now: timestamps squeezed to 1 ms steps that end
   * at the newest frame's own, so the next live frame follows in its true time.
   */
  catchUp(frames: readonly PacketizedFrame[]): OutgoingPacket[] {
    const newest = frames.at(-1);
    if (!newest) return [];
    return frames.flatMap((frame, place) => {
      const captureMs = newest.captureMs - (frames.length - 1 - place) * catchUpStepMs;
      const packets = this.#packets(frame, captureMs);
      // After the packets: the first of them begin a segment, which forgets what an earlier one squeezed.
      if (packets.length > 0) this.#squeezed.push({ firstIndex: frame.firstIndex, captureMs });
      return packets;
    });
  }

  /**
   * Answers a generic NACK (RFC 4585, 6.2.1) by RTX, each packet at most once per round trip.
   * @param lost 16-bit sequence numbers.
   */
  retransmit(
    lost: readonly number[],
    now: MonotonicMs,
    roundTripMs: number = defaultRoundTripMs,
  ): OutgoingPacket[] {
    const rtx = this.#options.rtx;
    const header = this.#rtxHeader;
    if (!rtx || !header) return [];
    const mergeMs = Math.max(roundTripMs, minRoundTripMs);
    const packets: OutgoingPacket[] = [];
    for (const sequenceNumber of lost.slice(0, maxRetransmissionsPerNack)) {
      const extended = this.#extend(sequenceNumber);
      const last = this.#retransmittedAt.get(extended);
      if (last !== undefined && now - last < mergeMs) continue;
      const found = this.#find(extended);
      if (!found) continue;
      this.#remember(extended, now);
      const { frame, offset } = found;
      const captureMs =
        this.#squeezed.find(({ firstIndex }) => firstIndex === frame.firstIndex)?.captureMs ??
        frame.captureMs;
      const packetIndex = this.#continuity.nextRtxIndex;
      this.#continuity.nextRtxIndex += 1;
      const bytes = Buffer.allocUnsafe(header.bytes);
      const marker = offset === frame.payloads.length - 1;
      header.write(bytes, 0, packetIndex, this.#timestamp(captureMs), marker, this.#nextTransportSequence());
      const prefix = Buffer.allocUnsafe(2);
      prefix.writeUInt16BE(extended % sequenceModulus, 0);
      packets.push({
        header: bytes,
        prefix,
        payload: frame.payloads[offset] as Uint8Array,
        ssrc: rtx.ssrc,
        packetIndex,
      });
    }
    return packets;
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

  #packets(frame: PacketizedFrame, captureMs: number): OutgoingPacket[] {
    if (frame.firstIndex !== this.#nextIndex) this.#beginSegment(frame.firstIndex);
    this.#nextIndex = frame.firstIndex + frame.payloads.length;
    const { ssrc } = this.#options;
    const timestamp = this.#timestamp(captureMs);
    const size = this.#header.bytes;
    // One allocation a frame: the socket may still hold the last frame's headers.
    const headers = Buffer.allocUnsafe(size * frame.payloads.length);
    const last = frame.payloads.length - 1;
    const packets = frame.payloads.map((payload, place): OutgoingPacket => {
      const packetIndex = this.#continuity.nextIndex;
      this.#continuity.nextIndex += 1;
      this.#header.write(
        headers,
        place * size,
        packetIndex,
        timestamp,
        place === last,
        this.#nextTransportSequence(),
      );
      return { header: headers.subarray(place * size, (place + 1) * size), payload, ssrc, packetIndex };
    });
    this.#continuity.packetCount += packets.length;
    this.#continuity.octetCount += frame.bytes;
    return packets;
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
