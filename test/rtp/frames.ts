import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import type { Continuity } from '../../src/rtp/continuity.ts';
import type { PacketizedFrame } from '../../src/rtp/packetizer.ts';

export const ms = (value: number) => value as MonotonicMs;

/** A wall clock whose monotonic one began in 2026. */
export const wallAt = (moment: MonotonicMs) => (Date.UTC(2026, 0, 1) + moment) as WallMs;

/** Packetized frames of one stream, one after the other; each payload says its own index. */
export class FrameSource {
  #nextIndex: number;

  constructor(firstIndex = 0) {
    this.#nextIndex = firstIndex;
  }

  frame(captureMs: number, payloads = 1, keyframe = false, payloadBytes = 4): PacketizedFrame {
    const firstIndex = this.#nextIndex;
    this.#nextIndex += payloads;
    return {
      firstIndex,
      keyframe,
      captureMs: ms(captureMs),
      bytes: payloads * payloadBytes,
      payloads: Array.from({ length: payloads }, (_, at) => {
        const payload = Buffer.alloc(payloadBytes);
        payload.writeUInt32BE(firstIndex + at, 0);
        return payload;
      }),
    };
  }
}

export function continuity(fields: Partial<Continuity> = {}): Continuity {
  return { nextIndex: 0, nextRtxIndex: 0, timestampOffset: 0, packetCount: 0, octetCount: 0, ...fields };
}
