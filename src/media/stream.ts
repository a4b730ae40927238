import type { Codec, EncodedFrame } from './frame.ts';

/** Ends what it was given for. Calling it twice is harmless. */
export type Release = () => void;

/**
 * One codec's encoded frames of one feed: the seam between `media` and `session`.
 *
 * The first listener starts the encoder (and with it the camera or microphone), the last one stops it, after the
 * linger times of the feed. Listeners are called synchronously, in order, once for each frame, and must not throw.
 */
export interface EncodedStream {
  readonly codec: Codec;
  /** A keyframe that is asked for comes at once. False for a camera's own H.264: it gives them when it likes. */
  readonly keyframesOnDemand: boolean;
  /** Begins to listen. Frames arrive until the returned function is called. */
  listen(listener: (frame: EncodedFrame) => void): Release;
  /**
   * Asks for a keyframe as soon as the source can give one. Requests are merged over all viewers: at most one
   * keyframe in 500 ms. Does nothing for sound.
   */
  requestKeyframe(): void;
}
