/**
 * Bytes of RTP payload in one packet. With all that goes around it (the header's 12 bytes, 40 of extensions with the
 * longest mid, an RTX sequence number of 2, an SRTP tag of 16) a packet stays within 1,200 bytes, the size WebRTC
 * stacks keep to so that tunnels and IPv6's minimum MTU of 1,280 let it through.
 */
export const maxPayloadBytes = 1_130;
