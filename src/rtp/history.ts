import type { MonotonicMs } from '../clock.ts';
import type { PacketizedFrame } from './packetizer.ts';

/** How long a packet can be asked for again: a second round trip over a slow link still finds it. */
export const historyMs = 2_000;
/** What one stream's history may hold: 2 s of 8 Mbit/s. */
export const historyBytes = 2_000_000;

/**
 * The newest frames of one stream, for every viewer's NACKs and for a new viewer's first picture. Bounded by time
 * and bytes; a frame is in it whole or not at all.
 */
export class PacketHistory {
  #frames: PacketizedFrame[] = [];
  #bytes = 0;
  /** Place of the newest keyframe in `#frames`, or -1. */
  #keyframe = -1;

  push(frame: PacketizedFrame): void {
    if (frame.keyframe) this.#keyframe = this.#frames.length;
    this.#frames.push(frame);
    this.#bytes += frame.bytes;
    this.#forget(frame.captureMs);
  }

  /** The payload at `index` of the stream with its frame, or undefined where it is too old or never was. */
  find(index: number): { readonly frame: PacketizedFrame; readonly offset: number } | undefined {
    let low = 0;
    let high = this.#frames.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const frame = this.#frames[middle] as PacketizedFrame;
      if (index < frame.firstIndex) high = middle - 1;
      else if (index >= frame.firstIndex + frame.payloads.length) low = middle + 1;
      else return { frame, offset: index - frame.firstIndex };
    }
    return undefined;
  }

  /** Every frame from the newest keyframe on, or none where that keyframe is gone. */
  sinceKeyframe(): readonly PacketizedFrame[] {
    return this.#keyframe < 0 ? [] : this.#frames.slice(this.#keyframe);
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#keyframe = -1;
  }

  #forget(now: MonotonicMs): void {
    while (this.#frames.length > 1) {
      const oldest = this.#frames[0] as PacketizedFrame;
      if (now - oldest.captureMs <= historyMs && this.#bytes <= historyBytes) break;
      this.#bytes -= oldest.bytes;
      // Some hundred frames at most, so shifting them costs less than keeping dead ones would.
      this.#frames.shift();
      this.#keyframe = Math.max(this.#keyframe - 1, -1);
    }
  }
}
