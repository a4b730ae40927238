/** The near end of a test: our peer, and what it told. */
import type { IceCandidateInit } from '../../src/protocol/session.ts';
import { beginContinuity } from '../../src/rtp/continuity.ts';
import { PacketHistory } from '../../src/rtp/history.ts';
import type { OutgoingPacket } from '../../src/rtp/outgoing.ts';
import { RtpSender } from '../../src/rtp/sender.ts';
import { type OfferPlan, planOffer } from '../../src/session/offer.ts';
import type { DataChannel } from '../../src/transport/channel.ts';
import { type Answer, type IncomingRtp, Peer, type TransportState } from '../../src/transport/peer.ts';
import type { IncomingRtcp } from '../../src/transport/rtcp.ts';
import { FrameSource } from '../rtp/frames.ts';
import { FarEnd, type FarEndOptions } from './far-end.ts';

export class NearEnd {
  readonly states: TransportState[] = [];
  readonly candidates: IceCandidateInit[] = [];
  readonly rtp: IncomingRtp[] = [];
  readonly rtcp: IncomingRtcp[] = [];
  readonly channels: DataChannel[] = [];
  readonly messages: string[] = [];
  readonly peer: Peer;
  readonly history = new PacketHistory();
  readonly source = new FrameSource();
  plan: OfferPlan | undefined;
  answered: Answer | undefined;
  sender: RtpSender | undefined;
  #ufrag = '';

  constructor(far: FarEnd) {
    const told =
      <T>(list: T[]) =>
      (it: T) => {
        list.push(it);
        far.changed();
      };
    this.peer = new Peer(
      { iceServers: [] },
      {
        state: told(this.states),
        candidate: (candidate) => {
          this.candidates.push(candidate);
          far.addCandidate(candidate);
        },
        rtp: told(this.rtp),
        rtcp: told(this.rtcp),
        channel: told(this.channels),
        message: (_, text) => told(this.messages)(text),
      },
    );
  }

  async answer(sdp: string): Promise<string> {
    const plan = planOffer(sdp, [], [{ name: 'door', audio: true, talk: true }]);
    this.answered = await this.peer.answer({
      sdp: plan.sdp,
      sections: plan.sections.map(({ mid, kind }) => ({
        mid,
        direction: kind === 'video' ? 'sendonly' : 'sendrecv',
        stream: 'door',
      })),
      mayBeServer: plan.mayBeServer,
      restartsIce: this.#ufrag !== '' && this.#ufrag !== plan.iceUfrag,
    });
    this.#ufrag = plan.iceUfrag;
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
        },
        this.history,
        { next: () => 0 },
      );
    }
    return this.answered.sdp;
  }

  /** Sends a frame of so many packets. */
  frame(payloads: number): OutgoingPacket[] {
    const frame = this.source.frame(1_000, payloads, true, 200);
    this.history.push(frame);
    const packets = this.sender!.send(frame);
    this.peer.send(packets);
    return packets;
  }
}

/** Two ends that have exchanged offer, answer and candidates. */
export async function twoEnds(options: FarEndOptions = {}): Promise<{ near: NearEnd; far: FarEnd }> {
  const far = new FarEnd(options);
  const near = new NearEnd(far);
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
