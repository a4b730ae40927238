import type { MonotonicMs } from '../clock.ts';
import type { EncodedFrame } from './frame.ts';
import type { EncodedStream, Release } from './stream.ts';

/** As much as a clip shows of the time before its event. */
const defaultMs = 10_000;
/** 10 s at 12 Mbit/s. */
const defaultMaxBytes = 16 * 1024 * 1024;
/** A clip can only begin at a keyframe: with one so often, it begins at most this much earlier than it is asked to. */
const keyframeEveryMs = 4_000;
/** A camera that has given nothing for so long is away: what it gave before then is no part of a clip, ms. */
const awayMs = 2_000;

export interface PreRollOptions {
  readonly video: EncodedStream;
  /** The sound that goes with it. */
  readonly audio?: EncodedStream;
  /** How far back it reaches, ms: 10 s unless told. */
  readonly ms?: number;
  /** Of pictures and sound together, 16 MiB unless told: the oldest go where there is more. */
  readonly maxBytes?: number;
}

/**
 * The last seconds of a feed, encoded. While it is started the camera and the encoder run, for it listens to them as
 * a viewer would.
 */
export class PreRoll {
  readonly video: EncodedStream;
  readonly audio: EncodedStream | undefined;
  readonly #ms: number;
  readonly #maxBytes: number;
  /** Groups of pictures, each from one keyframe on. */
  readonly #groups: EncodedFrame[][] = [];
  readonly #sound: EncodedFrame[] = [];
  #bytes = 0;
  #keyframeAskedMs = Number.NEGATIVE_INFINITY;
  #releases: Release[] = [];

  constructor({ video, audio, ms = defaultMs, maxBytes = defaultMaxBytes }: PreRollOptions) {
    this.video = video;
    this.audio = audio;
    this.#ms = ms;
    this.#maxBytes = maxBytes;
  }

  /** Bytes it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins to listen. Idempotent. */
  start(): void {
    if (this.#releases.length > 0) return;
    this.#releases.push(this.video.listen((frame) => this.#picture(frame)));
    if (this.audio) this.#releases.push(this.audio.listen((frame) => this.#block(frame)));
  }

  /** Lets go of camera and encoder, and of what it holds. Idempotent. */
  stop(): void {
    for (const release of this.#releases.splice(0)) release();
    this.#groups.length = 0;
    this.#sound.length = 0;
    this.#bytes = 0;
    this.#keyframeAskedMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Its pictures since `sinceMs`, in order, from the last keyframe at or before then; from the oldest one where it does
   * not reach back so far. Empty where there is none, and where the camera has been away since before then.
   */
  frames(sinceMs: MonotonicMs): readonly EncodedFrame[] {
    const index = this.#groups.findLastIndex(([first]) => first !== undefined && first.captureMs <= sinceMs);
    return this.#groups
      .slice(Math.max(0, index))
      .filter((group) => (group.at(-1)?.captureMs ?? Number.NEGATIVE_INFINITY) >= sinceMs - awayMs)
      .flat();
  }

  /** Its sound since `sinceMs`, in order. */
  sound(sinceMs: MonotonicMs): readonly EncodedFrame[] {
    return this.#sound.slice(this.#sound.findLastIndex(({ captureMs }) => captureMs < sinceMs) + 1);
  }

  #picture(frame: EncodedFrame): void {
    const group = this.#groups.at(-1);
    if (frame.keyframe) {
      this.#groups.push([frame]);
      this.#keyframeAskedMs = frame.captureMs;
    } else if (group) {
      group.push(frame);
      this.#askForKeyframe(frame.captureMs);
    } else {
      // Nothing can be decoded from here.
      this.#askForKeyframe(frame.captureMs);
      return;
    }
    this.#bytes += frame.data.length;
    this.#trim(frame.captureMs);
  }

  #block(frame: EncodedFrame): void {
    this.#sound.push(frame);
    this.#bytes += frame.data.length;
    this.#trim(frame.captureMs);
  }

  #askForKeyframe(nowMs: number): void {
    if (!this.video.keyframesOnDemand || nowMs - this.#keyframeAskedMs < keyframeEveryMs) return;
    this.#keyframeAskedMs = nowMs;
    this.video.requestKeyframe();
  }

  #trim(nowMs: number): void {
    const oldestMs = nowMs - this.#ms;
    // A group goes when the next one reaches back far enough by itself, or where there is no room.
    while (this.#groups.length > 1) {
      const next = this.#groups[1]?.[0];
      if (next && next.captureMs > oldestMs && this.#bytes <= this.#maxBytes) break;
      for (const { data } of this.#groups.shift() ?? []) this.#bytes -= data.length;
    }
    // One endless group that outgrows the room: without its beginning the rest cannot be decoded.
    if (this.#bytes > this.#maxBytes && this.#groups.length === 1) {
      for (const { data } of this.#groups.shift() ?? []) this.#bytes -= data.length;
    }
    const firstPicture = this.#groups[0]?.[0]?.captureMs ?? oldestMs;
    const soundFromMs = Math.min(firstPicture, oldestMs);
    while (
      (this.#sound[0]?.captureMs ?? Number.POSITIVE_INFINITY) < soundFromMs ||
      this.#bytes > this.#maxBytes
    ) {
      const gone = this.#sound.shift();
      if (!gone) break;
      this.#bytes -= gone.data.length;
    }
  }
}
