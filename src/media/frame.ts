import type { MonotonicMs } from '../clock.ts';

/** A video codec Vedette sends, by its RTP encoding name (RFC 6184, RFC 7741). */
export type VideoCodec = 'H264' | 'VP8';
/** Any codec Vedette sends, by its RTP encoding name. */
export type Codec = VideoCodec | 'opus';

/**
 * One encoded picture or one Opus packet: what encoders give and senders take.
 *
 * `data` is, for H264, one access unit in Annex B form (SPS and PPS in front of each IDR); for VP8, one frame
 * (RFC 6386); for Opus, one 20 ms packet (RFC 6716). It is never written to after it was handed on.
 */
export interface EncodedFrame {
  readonly codec: Codec;
  readonly data: Uint8Array;
  /** True where decoding can begin here; always true for Opus. */
  readonly keyframe: boolean;
  /** When the camera or microphone took it; RTP timestamps and sender reports are made from it. */
  readonly captureMs: MonotonicMs;
}

/** How a camera's own frames are packed. */
export type NativeEncoding = 'raw' | 'mjpeg' | 'h264';

/** What a camera gives, as agreed with its driver. */
export interface NativeFormat {
  readonly encoding: NativeEncoding;
  /** FFmpeg's name (`yuv420p`, `yuyv422`, …); only for `raw`. */
  readonly pixelFormat?: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames a second, as promised by the driver. */
  readonly frameRate: number;
}

/** One picture as the hardware gave it. */
export interface NativeFrame {
  readonly data: Uint8Array;
  readonly keyframe: boolean;
  readonly captureMs: MonotonicMs;
}

/** Samples a second of all sound inside Vedette. */
export const sampleRate = 48_000;
/** Samples in one block: 20 ms, one Opus packet. */
export const blockSamples = 960;

/** 20 ms of mono sound: {@link blockSamples} signed 16-bit samples at {@link sampleRate}. */
export interface SoundBlock {
  readonly samples: Int16Array;
  /** Capture time of the first sample. */
  readonly captureMs: MonotonicMs;
}

/** What a speaker pulls every 20 ms while somebody talks. */
export type OpusPull =
  /** The packet whose turn it is. */
  | { readonly kind: 'packet'; readonly payload: Uint8Array }
  /** It was lost; `next`, where it is here already, may carry its FEC (RFC 6716, 2.1.7). */
  | { readonly kind: 'lost'; readonly next?: Uint8Array }
  /** Nothing is expected yet: before the first packet, or the talker paused. */
  | { readonly kind: 'empty' };
