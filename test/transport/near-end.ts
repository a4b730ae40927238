/** The near end of a test: our peer, and what it told. */
import type { IceCandidateInit } from '../../src/protocol/session.ts';
import { beginContinuity } from '../../src/rtp/continuity.ts';
import { PacketHistory } from '../../src/rtp/history.ts';
import type { IncomingRtp } from '../../src/rtp/incoming.ts';
import { reportCompounds } from '../../src/rtp/rtcp/compound.ts';
import type { IncomingRtcp } from '../../src/rtp/rtcp/read.ts';
import type { SenderReportFields } from '../../src/rtp/rtcp/reports.ts';
import { RtpSender } from '../../src/rtp/sender.ts';
import { type OfferPlan, planOffer } from '../../src/session/offer.ts';
import type { DataChannel } from '../../src/transport/channel.ts';
import { type Answer, Peer, type PeerParts, type TransportState } from '../../src/transport/peer.ts';
import { collect, type SentPacket } from '../rtp/collector.ts';
import { FrameSource, wallAt } from '../rtp/frames.ts';
import { FarEnd, type FarEndOptions } from './far-end.ts';
import { startWire } from './wires.ts';

export class NearEnd {
  readonly states: TransportState[] = [];
  readonly candidates: IceCandidateInit[] = [];
  readonly rtp: IncomingRtp[] = [];
  readonly rtcp: IncomingRtcp[] = [];
  readonly channels: DataChannel[] = [];
  readonly messages: string[] = [];
  readonly parts: PeerParts;
  readonly peer: Peer;
  readonly history = new PacketHistory();
  readonly source = new FrameSource();
  plan: OfferPlan | undefined;
  answered: Answer | undefined;
  sender: RtpSender | undefined;

  constructor(far: FarEnd, parts: PeerParts) {
    this.parts = parts;
    const told =
      <T>(list: T[]) =>
      (it: T) => {
        list.push(it);
        far.changed();
      };
    this.peer = new Peer(parts, {
      state: told(this.states),
      candidate: (candidate) => {
        this.candidates.push(candidate);
        far.addCandidate(candidate);
      },
      rtp: told(this.rtp),
      rtcp: told(this.rtcp),
      channel: told(this.channels),
      message: (_, text) => told(this.messages)(text),
    });
  }

  /** Ends the peer and gives its ports back. */
  async close(): Promise<void> {
    await this.peer.close();
    this.parts.wire.close();
  }

  async answer(sdp: string): Promise<string> {
    const plan = planOffer(sdp, [], [{ name: 'door', audio: true, talk: true }]);
    this.answered = this.peer.answer({
      sdp: plan.sdp,
      sections: plan.sections.map(({ mid, kind }) => ({
        mid,
        direction: kind === 'video' ? 'sendonly' : 'sendrecv',
        stream: 'door',
      })),
      transport: plan.transport,
    });
    this.plan = plan;
    const section = plan.sections.find(({ kind }) => kind === 'video');
    const ids = this.answered.sections.find(({ mid }) => mid === section?.mid);
    if (section && ids && !this.sender) {
      this.sender = new RtpSender(
        {
          ssrc: ids.ssrc,
          payloadType: section.payloadType,
          clockRate: 90_000,
          mid: section.mid,
          extensions: section.extensions,
          ...(section.rtxPayloadType === undefined
            ? {}
            : { rtx: { ssrc: ids.rtxSsrc, payloadType: section.rtxPayloadType } }),
          continuity: beginContinuity(() => 1_000),
          wallAt,
        },
        this.history,
        { next: () => 0 },
      );
    }
    return this.answered.sdp;
  }

  /** Sends a frame of so many packets. */
  frame(payloads: number): SentPacket[] {
    const frame = this.source.frame(1_000, payloads, true, 200);
    this.history.push(frame);
    const packets = collect((sink) => this.sender!.send(frame, sink));
    this.send(packets);
    return packets;
  }

  send(packets: readonly SentPacket[]): void {
    for (const { header, prefix, payload, ssrc, packetIndex } of packets)
      this.peer.media.packet(Buffer.from(header), prefix, payload, ssrc, packetIndex);
  }

  report(report: SenderReportFields): void {
    const speaker = { ssrc: report.ssrc, cname: this.peer.cname, reducedSize: false };
    for (const compound of reportCompounds(speaker, [report], [])) this.peer.sendRtcp(compound);
  }
}

/** Two ends that have exchanged offer, answer and candidates. */
export async function twoEnds(options: FarEndOptions = {}): Promise<{ near: NearEnd; far: FarEnd }> {
  const far = new FarEnd(options);
  const near = new NearEnd(far, await startWire());
  const early: IceCandidateInit[] = [];
  let ready = false;
  const offer = await far.offer((candidate) => {
    if (ready) void near.peer.addIceCandidate(candidate);
    else early.push(candidate);
  });
  const answer = await near.answer(offer);
  await far.accept(answer);
  ready = true;
  for (const candidate of early) await near.peer.addIceCandidate(candidate);
  return { near, far };
}

/** Two ends that are connected, ICE and DTLS. */
export async function connected(options: FarEndOptions = {}): Promise<{ near: NearEnd; far: FarEnd }> {
  const ends = await twoEnds(options);
  await ends.far.until(
    'connected',
    () => ends.near.states.includes('connected') && ends.far.dtls.state === 'connected',
  );
  return ends;
}
