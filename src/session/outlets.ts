import { randomInt } from 'node:crypto';
import type { Clock, WallMs } from '../clock.ts';
import { beginContinuity, type Continuity } from '../rtp/continuity.ts';
import type { PacketSink, TransportSequence } from '../rtp/outgoing.ts';
import { middle32, ntpTime } from '../rtp/rtcp/ntp.ts';
import type { IncomingRtcp } from '../rtp/rtcp/read.ts';
import type { ReceptionReport, SenderReportFields } from '../rtp/rtcp/reports.ts';
import type { SectionSsrcs } from '../transport/description.ts';
import { Acknowledged } from './acknowledged.ts';
import type { Broadcasts } from './broadcast.ts';
import type { SessionFeed } from './feed.ts';
import type { SectionPlan } from './offer.ts';
import { Outlet } from './outlet.ts';

/** A longer round trip is a stepped wall clock or a lying peer, in 1/65536 s: 10 s. */
const maxRoundTripTicks = 10 * 65_536;

export interface OutletsParts {
  readonly broadcasts: Broadcasts;
  readonly clock: Clock;
  /** Where packets go just now. */
  media(): PacketSink;
  feed(name: string): SessionFeed | undefined;
  /** A section's wait for a keyframe is over. */
  onKeyframe(plan: SectionPlan): void;
}

/** Everything one session sends: an outlet for each section that has something to give. */
export class Outlets {
  readonly #parts: OutletsParts;
  readonly #outlets = new Map<string, { readonly plan: SectionPlan; readonly outlet: Outlet }>();
  /** By SSRC; outlives the outlets, because the SRTP keys do. */
  readonly #continuities = new Map<number, Continuity>();
  readonly #transportSequence: TransportSequence;
  readonly #acknowledged = new Acknowledged();
  #roundTripMs: number | undefined;

  constructor(parts: OutletsParts) {
    this.#parts = parts;
    let sequence = 0;
    this.#transportSequence = { next: () => sequence++ & 0xffff };
  }

  /** Makes an outlet for each section that is new or changed, and ends those that are gone. */
  build(sections: readonly SectionPlan[], ssrcs: readonly SectionSsrcs[]): void {
    const wanted = new Map(sections.map((plan) => [plan.mid, plan]));
    for (const [mid, { plan, outlet }] of this.#outlets) {
      if (JSON.stringify(wanted.get(mid)) === JSON.stringify(plan)) continue;
      outlet.stop();
      this.#outlets.delete(mid);
    }
    for (const plan of sections) {
      const ids = ssrcs.find(({ mid }) => mid === plan.mid);
      const outlet = ids && !this.#outlets.has(plan.mid) && this.#outlet(plan, ids);
      if (outlet) this.#outlets.set(plan.mid, { plan, outlet });
    }
  }

  /** Starts the outlets of what may flow, and lets go of the other feeds. Idempotent. */
  apply(may: (feed: string, kind: SectionPlan['kind']) => boolean): void {
    for (const { plan, outlet } of this.#outlets.values()) {
      if (may(plan.feed, plan.kind)) outlet.start();
      else outlet.stop();
    }
  }

  /** Lets go of every feed. Idempotent. */
  stop(): void {
    this.apply(() => false);
  }

  /** Whether a feed's picture waits for its first keyframe. */
  waits(feed: string): boolean {
    return [...this.#outlets.values()].some(
      ({ plan, outlet }) => plan.kind === 'video' && plan.feed === feed && outlet.waiting,
    );
  }

  /** A picture flows, and the viewer says that it gets it. */
  get seen(): boolean {
    const flows = [...this.#outlets.values()].some(
      ({ plan, outlet }) => plan.kind === 'video' && outlet.flows,
    );
    return flows && this.#acknowledged.flows(this.#parts.clock.now());
  }

  /** As last measured by the viewer's reports; undefined before. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** What the next sender reports say. */
  reports(): readonly SenderReportFields[] {
    const wall = this.#parts.clock.wall();
    return [...this.#outlets.values()].flatMap(({ outlet }) => {
      const report = outlet.report();
      return report ? [{ ...report, wall }] : [];
    });
  }

  /** Does what the viewer's RTCP asks for. */
  receive(packet: IncomingRtcp): void {
    switch (packet.type) {
      case 'nack':
        this.#of(packet.ssrc)?.retransmit(packet.lost, this.#roundTripMs);
        return;
      case 'keyframe-request':
        for (const ssrc of packet.ssrcs) this.#of(ssrc)?.requestKeyframe();
        return;
      case 'reports': {
        this.#acknowledge(packet.reports);
        const report = packet.reports.find(({ lastSenderReport }) => lastSenderReport !== 0);
        if (!report) return;
        const now = middle32(ntpTime(this.#parts.clock.wall()));
        const ticks = (now - report.lastSenderReport - report.delaySinceLastSenderReport) >>> 0;
        if (ticks < maxRoundTripTicks) this.#roundTripMs = (ticks * 1000) / 65_536;
        return;
      }
      case 'sender-report':
      case 'goodbye':
        return; // of what the peer sends
    }
  }

  #acknowledge(reports: readonly ReceptionReport[]): void {
    for (const { plan, outlet } of this.#outlets.values()) {
      const report = reports.find(({ ssrc }) => ssrc === outlet.ssrc);
      if (report && plan.kind === 'video' && outlet.flows)
        this.#acknowledged.reported(report, this.#parts.clock.now());
    }
  }

  #of(ssrc: number): Outlet | undefined {
    for (const { outlet } of this.#outlets.values()) if (outlet.ssrc === ssrc) return outlet;
    return undefined;
  }

  #outlet(plan: SectionPlan, { ssrc, rtxSsrc }: SectionSsrcs): Outlet | undefined {
    const { clock } = this.#parts;
    const feed = this.#parts.feed(plan.feed);
    const stream = plan.kind === 'video' ? feed?.video(plan.codec) : plan.listens ? feed?.audio : undefined;
    if (!stream) return undefined;
    const continuity = this.#continuities.get(ssrc) ?? beginContinuity((below) => randomInt(below));
    this.#continuities.set(ssrc, continuity);
    const rtx =
      plan.rtxPayloadType === undefined ? {} : { rtx: { ssrc: rtxSsrc, payloadType: plan.rtxPayloadType } };
    return new Outlet(
      this.#parts.broadcasts.of(stream),
      {
        ssrc,
        payloadType: plan.payloadType,
        clockRate: plan.kind === 'video' ? 90_000 : 48_000,
        mid: plan.mid,
        extensions: plan.extensions,
        ...rtx,
        continuity,
        wallAt: (moment) => (clock.wall() - (clock.now() - moment)) as WallMs,
      },
      {
        transportSequence: this.#transportSequence,
        media: () => this.#parts.media(),
        clock,
        onKeyframe: () => this.#parts.onKeyframe(plan),
      },
    );
  }
}
