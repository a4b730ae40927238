import type { PacketSink } from '../../src/rtp/outgoing.ts';
import type { SessionPeer } from '../../src/session/session.ts';
import type { DataChannel } from '../../src/transport/channel.ts';
import type { SectionSsrcs } from '../../src/transport/description.ts';
import type { AnswerRequest, PeerEvents } from '../../src/transport/peer.ts';

let nextSsrc = 1;

/** What carries a session, without a network: a test says when it connects, and sees every packet. */
export class ScriptedPeer implements SessionPeer {
  readonly cname = 'scripted';
  readonly events: PeerEvents;
  readonly media: PacketSink;
  /** Mids of the answered offer. */
  mids: readonly string[] = [];
  closed = false;
  packets = 0;
  /** The newest sequence numbers that were sent, by SSRC. */
  readonly sent = new Map<number, readonly number[]>();
  readonly #ssrcs = new Map<string, SectionSsrcs>();
  readonly #midOf = new Map<number, string>();
  readonly #channel: DataChannel;
  /** Messages of the device to the viewer. */
  readonly told: { readonly type: string }[] = [];

  constructor(events: PeerEvents, onPacket: (mid: string) => void) {
    this.events = events;
    this.media = {
      congested: false,
      packet: (header, _prefix, _payload, ssrc) => {
        this.packets += 1;
        const sent = this.sent.get(ssrc) ?? [];
        this.sent.set(ssrc, [...sent.slice(-31), header.readUInt16BE(2)]);
        onPacket(this.#midOf.get(ssrc) ?? 'unknown');
        return true;
      },
    };
    this.#channel = {
      label: 'events',
      drained: true,
      send: (text) => {
        this.told.push(JSON.parse(text) as { type: string });
        return !this.closed;
      },
      flushed: () => Promise.resolve(),
    };
  }

  answer({ sections }: AnswerRequest) {
    this.mids = sections.map(({ mid }) => mid);
    return { sdp: 'answer', sections: this.mids.map((mid) => this.#ssrcsOf(mid)) };
  }

  addIceCandidate(): boolean {
    return true;
  }

  sendRtcp(): void {}

  async close(): Promise<void> {
    this.closed = true;
  }

  openChannel(): void {
    this.events.channel(this.#channel);
  }

  /** The viewer says something; gives what the device says to that at once. */
  say(message: unknown): readonly { readonly type: string }[] {
    const before = this.told.length;
    this.events.message(this.#channel, JSON.stringify(message));
    return this.told.slice(before);
  }

  #ssrcsOf(mid: string): SectionSsrcs {
    const known = this.#ssrcs.get(mid);
    if (known) return known;
    const made = { mid, ssrc: nextSsrc++, rtxSsrc: nextSsrc++ };
    this.#ssrcs.set(mid, made);
    this.#midOf.set(made.ssrc, mid);
    this.#midOf.set(made.rtxSsrc, mid);
    return made;
  }
}
