import type { Codec, EncodedFrame } from '../media/frame.ts';
import { packetizeH264 } from './packetizers/h264.ts';
import { packetizeVp8 } from './packetizers/vp8.ts';

/** One frame, cut into RTP payloads once for all viewers. */
export interface PacketizedFrame {
  /** Index of the first payload in its stream, counted from 0; a viewer's sequence numbers follow from it. */
  readonly firstIndex: number;
  readonly payloads: readonly Uint8Array[];
  readonly keyframe: boolean;
  readonly captureMs: EncodedFrame['captureMs'];
  /** Sum of the payloads, bytes. */
  readonly bytes: number;
}

/** Cuts the frames of one stream; keeps what must rise from frame to frame. */
export class Packetizer {
  readonly #codec: Codec;
  #nextIndex = 0;
  #pictureId = 0;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  packetize(frame: EncodedFrame): PacketizedFrame {
    const payloads = this.#payloads(frame.data);
    const firstIndex = this.#nextIndex;
    this.#nextIndex += payloads.length;
    let bytes = 0;
    for (const payload of payloads) bytes += payload.length;
    return { firstIndex, payloads, keyframe: frame.keyframe, captureMs: frame.captureMs, bytes };
  }

  #payloads(data: Uint8Array): Uint8Array[] {
    switch (this.#codec) {
      case 'H264':
        return packetizeH264(data);
      case 'VP8': {
        this.#pictureId += 1;
        return packetizeVp8(data, this.#pictureId);
      }
      case 'opus':
        return [data]; // RFC 7587, 4.2: one Opus packet is one payload
    }
  }
}
