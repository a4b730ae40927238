/** RTCP packet types (RFC 3550, 12.1; RFC 4585, 6.1). */
export const packetTypes = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  goodbye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const;

/** What the 5 bits of a feedback packet's first byte say (RFC 4585, 6.2 and 6.3; RFC 5104, 4.3.1). */
export const feedbackFormats = {
  /** Of `transportFeedback`. */
  nack: 1,
  transportWide: 15,
  /** Of `payloadFeedback`. */
  pictureLoss: 1,
  fullIntra: 4,
} as const;

/** One report block, in every report the same (RFC 3550, 6.4.1). */
export const reportBlockBytes = 24;
/** NTP time, RTP time, packets, bytes. */
export const senderInfoBytes = 20;

/** In a packet's first byte: its last byte counts bytes at its end that are no content (RFC 3550, 6.4.1). */
export const paddingBit = 0x20;
