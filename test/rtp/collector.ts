import type { PacketSink } from '../../src/rtp/outgoing.ts';

/** One packet as its sender gave it to a sink. */
export interface SentPacket {
  readonly header: Buffer;
  readonly prefix?: Uint8Array;
  readonly payload: Uint8Array;
  readonly ssrc: number;
  readonly packetIndex: number;
}

/** Keeps every packet; what is lent is copied. */
export class Collector implements PacketSink {
  readonly packets: SentPacket[] = [];
  congested = false;
  /** Packets that are taken before the sink is full. */
  room = Number.POSITIVE_INFINITY;

  packet(
    header: Buffer,
    prefix: Uint8Array | undefined,
    payload: Uint8Array,
    ssrc: number,
    packetIndex: number,
  ): boolean {
    if (this.packets.length >= this.room) {
      this.congested = true;
      return false;
    }
    const kept = prefix ? { prefix: Buffer.from(prefix) } : {};
    this.packets.push({ header: Buffer.from(header), ...kept, payload, ssrc, packetIndex });
    return true;
  }
}

/** What `give` gives to a sink. */
export function collect(give: (sink: PacketSink) => unknown): SentPacket[] {
  const collector = new Collector();
  give(collector);
  return collector.packets;
}
