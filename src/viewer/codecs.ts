/** What a small device can encode in hardware comes first; the browser's own order stays for the rest. */
const preferredOrder = ['video/h264', 'video/vp8'];

/**
 * The browser's video codecs with H.264 and then VP8 in front; none is left out, so RTX and the others can still be
 * chosen. A stable sort: profiles of H.264 keep the browser's order.
 */
export function preferCodecs<T extends { readonly mimeType: string }>(codecs: readonly T[]): T[] {
  const rank = (codec: T): number => {
    const index = preferredOrder.indexOf(codec.mimeType.toLowerCase());
    return index === -1 ? preferredOrder.length : index;
  };
  return [...codecs].sort((a, b) => rank(a) - rank(b));
}

/** Applies {@link preferCodecs} where the browser can, and has H.264 at all. */
export function preferDeviceCodecs(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities?.('video')?.codecs ?? [];
  if (!codecs.some((codec) => codec.mimeType.toLowerCase() === preferredOrder[0])) return;
  if (!('setCodecPreferences' in transceiver)) return;
  transceiver.setCodecPreferences(preferCodecs(codecs));
}
