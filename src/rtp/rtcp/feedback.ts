import { feedbackFormats, packetTypes } from './packet-types.ts';

/** Whom a feedback packet is from and about (RFC 4585, 6.1). */
export interface FeedbackParties {
  /** Our SSRC. */
  readonly from: number;
  /** SSRC of the stream it is about. */
  readonly about: number;
}

/** Up to where its own content begins. */
export const feedbackHeaderBytes = 12;
/** The one after a NACK's first packet is bit 0 of its mask, and so on. */
const maskBits = 16;

/**
 * A feedback packet, its content still zero.
 *
 * ```
 * |V=2|P|   FMT   | PT = 205, 206 |       length in words - 1     |
 * |                       SSRC of the sender                      |
 * |                        SSRC of the media                      |
 * |                            content                            |
 * ```
 */
export function feedbackPacket(
  type: number,
  format: number,
  { from, about }: FeedbackParties,
  contentBytes: number,
): Buffer {
  const packet = Buffer.alloc(feedbackHeaderBytes + contentBytes);
  packet[0] = 0x80 | format;
  packet[1] = type;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(from, 4);
  packet.writeUInt32BE(about, 8);
  return packet;
}

/**
 * Asks for lost packets again (RFC 4585, 6.2.1): each entry is a sequence number and a mask of the 16 that follow it.
 * @param lost 16-bit sequence numbers, in the order they were sent in; over a wrap, too.
 */
export function nack(parties: FeedbackParties, lost: readonly number[]): Buffer {
  const entries: { readonly first: number; mask: number }[] = [];
  for (const sequenceNumber of lost) {
    const entry = entries.at(-1);
    const after = entry ? (sequenceNumber - entry.first) & 0xffff : Infinity;
    if (entry && after === 0) continue;
    if (entry && after <= maskBits) entry.mask |= 1 << (after - 1);
    else entries.push({ first: sequenceNumber, mask: 0 });
  }
  const packet = feedbackPacket(
    packetTypes.transportFeedback,
    feedbackFormats.nack,
    parties,
    4 * entries.length,
  );
  entries.forEach(({ first, mask }, place) => {
    packet.writeUInt16BE(first, feedbackHeaderBytes + 4 * place);
    packet.writeUInt16BE(mask, feedbackHeaderBytes + 4 * place + 2);
  });
  return packet;
}

/** Asks for a keyframe (PLI; RFC 4585, 6.3.1). */
export function pictureLoss(parties: FeedbackParties): Buffer {
  return feedbackPacket(packetTypes.payloadFeedback, feedbackFormats.pictureLoss, parties, 0);
}
