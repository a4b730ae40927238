import type { VideoCodec } from '../frame.ts';

/** What an encoder is asked for. */
export interface EncoderTarget {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames a second, as the camera promises; frames keep their own times whatever comes. */
  readonly frameRate: number;
  readonly bitrateBps: number;
}

/** One of ffmpeg's encoders, told how to serve a live stream. */
export interface EncoderRow {
  readonly codec: VideoCodec;
  /** FFmpeg's name. */
  readonly encoder: string;
  /** Output options: codec, quality, rate. The rest is the same for all (`encoder.ts`). */
  args(target: EncoderTarget): readonly string[];
  /** Frames it may hold before it gives the first one. */
  readonly heldFrames: number;
}

/** A keyframe comes at least this often, so that a stream joined without a request heals by itself. */
const keyframeIntervalS = 2;

/** The options by which all encoders are told their rate. */
export function rateArgs({ bitrateBps, frameRate }: EncoderTarget): readonly string[] {
  const kbps = Math.round(bitrateBps / 1000);
  return [
    ...['-b:v', `${kbps}k`, '-maxrate', `${kbps}k`],
    // Half a second of the rate: a keyframe may be that large, and no larger, or it delays all behind it.
    ...['-bufsize', `${Math.round(kbps / 2)}k`],
    ...['-g', String(Math.max(1, Math.round(frameRate * keyframeIntervalS)))],
  ];
}

/** What 1280x720 needs to look good on a phone; other sizes need less per pixel the larger they are. */
const bitrateOf720pBps = 2_000_000;
const pixelsOf720p = 1280 * 720;
const leastBitrateBps = 150_000;

/** The bitrate of a picture of this size where nobody asked for another. */
export function defaultBitrateBps(width: number, height: number): number {
  const scale = ((width * height) / pixelsOf720p) ** 0.75;
  return Math.max(leastBitrateBps, Math.round((bitrateOf720pBps * scale) / 1000) * 1000);
}
