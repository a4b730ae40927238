import type { MonotonicMs } from '../clock.ts';
import { Arrivals } from './arrivals.ts';
import type { ExtensionIds } from './header.ts';
import { type IncomingRtp, readExtension } from './incoming.ts';
import { MissingPackets } from './missing.ts';
import { Reception } from './reception.ts';
import { nack } from './rtcp/feedback.ts';
import type { IncomingSenderReport } from './rtcp/read.ts';
import type { ReceptionReport } from './rtcp/reports.ts';

/** SSRCs of one section at a time: its stream, its RTX, and what they were before. The longest known is forgotten. */
const maxSsrcs = 4;

/** What negotiation settled for one section that the peer sends media in. */
export interface ReceivedSection {
  readonly mid: string;
  readonly payloadType: number;
  /** RFC 4588. */
  readonly rtxPayloadType?: number;
  /** Hz. */
  readonly clockRate: number;
  /** As announced, RTX too; empty where the offer names none. */
  readonly ssrcs: readonly number[];
  /** Lost packets are asked for (RFC 4585, 6.2.1). */
  readonly nack: boolean;
  readonly extensions: ExtensionIds;
}

/** A media packet, and the section it belongs to. */
export interface ReceivedPacket {
  readonly mid: string;
  readonly packet: IncomingRtp;
}

/** One SSRC of a section. */
interface Source {
  readonly section: Section;
  readonly reception: Reception;
  readonly missing: MissingPackets;
}

interface Section {
  readonly plan: ReceivedSection;
  /** The stream that RTX packets are of (RFC 4588, 5.3): the one heard last. */
  media: number | undefined;
}

/**
 * The receiving end of one session: puts packets into their sections, asks for those that are lost, undoes RTX, and
 * keeps what reports and feedback say. Pure: packets and `now` in, packets and RTCP out. Media comes out in the order
 * it arrived in, and an original that arrives after its retransmission comes out a second time: a jitter buffer puts
 * both right. Memory is bounded whatever the peer sends.
 */
export class MediaReceiver {
  readonly #arrivals = new Arrivals();
  #sections: Section[] = [];
  readonly #sources = new Map<number, Source>();
  #lastSsrc = 0;
  #roundTripMs: number | undefined;

  /** When {@link tick} has something to send; undefined while there is nothing to wait for. */
  get deadline(): MonotonicMs | undefined {
    let earliest = this.#arrivals.deadline;
    for (const { missing } of this.#sources.values()) {
      const { deadline } = missing;
      if (deadline !== undefined && (earliest === undefined || deadline < earliest)) earliest = deadline;
    }
    return earliest;
  }

  /** Takes what an offer settled; what is known of sources in sections that did not change stays. */
  negotiate(plans: readonly ReceivedSection[]): void {
    const before = this.#sections;
    this.#sections = plans.map(
      (plan) =>
        before.find((old) => JSON.stringify(old.plan) === JSON.stringify(plan)) ?? { plan, media: undefined },
    );
    for (const [ssrc, { section }] of this.#sources)
      if (!this.#sections.includes(section)) this.#sources.delete(ssrc);
  }

  /** A round trip was measured: so long a lost packet's answer takes. */
  measured(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs;
  }

  /** A packet came. Gives the media packet that is in it, its RTX undone; undefined where there is none. */
  receive(packet: IncomingRtp, now: MonotonicMs): ReceivedPacket | undefined {
    const source = this.#source(packet);
    if (!source) return undefined;
    this.#noteArrival(packet, source.section.plan, now);
    const place = source.reception.received(packet.sequenceNumber, packet.timestamp, now);
    if (!place) return undefined;
    const { section } = source;
    if (packet.payloadType === section.plan.rtxPayloadType) return this.#undoRtx(packet, section);
    section.media = packet.ssrc;
    if (section.plan.nack) {
      if (place.restarted) source.missing.clear();
      source.missing.received(place.extended, now);
    }
    // Padding alone: sent to measure the network (its number counts, as above).
    return packet.payload.length === 0 ? undefined : { mid: section.plan.mid, packet };
  }

  /** The peer's report on a stream it sends. */
  senderReport({ ssrc, ntp }: IncomingSenderReport, now: MonotonicMs): void {
    this.#sources.get(ssrc)?.reception.senderReport(ntp, now);
  }

  /** Streams have ended (RFC 3550, 6.6). */
  goodbye(ssrcs: readonly number[]): void {
    for (const ssrc of ssrcs) this.#sources.delete(ssrc);
  }

  /** Report blocks on all that was heard since the last call. */
  reports(now: MonotonicMs): ReceptionReport[] {
    return [...this.#sources.values()].flatMap(({ reception }) => reception.report(now) ?? []);
  }

  /**
   * Feedback packets that are due, to be sent in compounds.
   * @param from SSRC of ours.
   */
  tick(now: MonotonicMs, from: number): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const [ssrc, { missing }] of this.#sources) {
      const lost = missing.due(now, this.#roundTripMs);
      if (lost.length > 0)
        packets.push(
          nack(
            { from, about: ssrc },
            lost.map((extended) => extended & 0xffff),
          ),
        );
    }
    const { deadline } = this.#arrivals;
    if (deadline !== undefined && deadline <= now)
      packets.push(...this.#arrivals.feedback({ from, about: this.#lastSsrc }, now));
    return packets;
  }

  #noteArrival(packet: IncomingRtp, { extensions }: ReceivedSection, now: MonotonicMs): void {
    if (extensions.transportWideCc === undefined) return;
    const data = readExtension(packet.extensions, extensions.transportWideCc);
    if (data?.length !== 2) return;
    this.#lastSsrc = packet.ssrc;
    this.#arrivals.received(((data[0] ?? 0) << 8) | (data[1] ?? 0), now);
  }

  /**
   * Undoes RTX (RFC 4588, 4): the original sequence number is in front of the original payload. What was not missing
   * was sent to measure the network, or twice.
   */
  #undoRtx(packet: IncomingRtp, section: Section): ReceivedPacket | undefined {
    const source = section.media === undefined ? undefined : this.#sources.get(section.media);
    const { payload } = packet;
    if (!source || section.media === undefined || payload.length < 2) return undefined;
    const sequenceNumber = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
    const extended = source.reception.extend(sequenceNumber);
    if (extended === undefined || !source.missing.recovered(extended)) return undefined;
    if (payload.length === 2) return undefined;
    const { mid, payloadType } = section.plan;
    return {
      mid,
      packet: { ...packet, ssrc: section.media, payloadType, sequenceNumber, payload: payload.subarray(2) },
    };
  }

  #source(packet: IncomingRtp): Source | undefined {
    const known = this.#sources.get(packet.ssrc);
    if (known) return carries(known.section, packet) ? known : undefined;
    const section = this.#sectionOf(packet);
    if (!section) return undefined;
    const ssrcs = [...this.#sources].filter(([, source]) => source.section === section);
    if (ssrcs.length >= maxSsrcs && ssrcs[0]) this.#sources.delete(ssrcs[0][0]);
    const source = {
      section,
      reception: new Reception(packet.ssrc, section.plan.clockRate),
      missing: new MissingPackets(),
    };
    this.#sources.set(packet.ssrc, source);
    return source;
  }

  /** RFC 9143, 9.2: by MID, by announced SSRC, by a payload type that only one section has. */
  #sectionOf(packet: IncomingRtp): Section | undefined {
    const mid = this.#midOf(packet);
    const able = this.#sections.filter((section) => carries(section, packet));
    if (mid !== undefined) return able.find(({ plan }) => plan.mid === mid);
    const announced = able.find(({ plan }) => plan.ssrcs.includes(packet.ssrc));
    if (announced) return announced;
    const [only, other] = able.filter(({ plan }) => plan.ssrcs.length === 0);
    return other ? undefined : only;
  }

  #midOf({ extensions }: IncomingRtp): string | undefined {
    for (const { plan } of this.#sections) {
      const data =
        plan.extensions.mid === undefined ? undefined : readExtension(extensions, plan.extensions.mid);
      if (data) return Buffer.from(data).toString('latin1');
    }
    return undefined;
  }
}

function carries({ plan }: Section, { payloadType }: IncomingRtp): boolean {
  return payloadType === plan.payloadType || payloadType === plan.rtxPayloadType;
}
