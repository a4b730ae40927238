/**
 * Bytes of RTP payload in one packet. With header, extensions, an RTX sequence number and the SRTP tag
 * (12 + 20 + 2 + 16) a packet stays within 1,200 bytes, the size WebRTC stacks keep to so that tunnels and IPv6's
 * minimum MTU of 1,280 let it through.
 */
export const maxPayloadBytes = 1150;
