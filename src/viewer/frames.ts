/** Older or younger than this, a capture time is a clock that is wrong, not an age. */
const plausibleAgeMs = 10_000;

/** Tells when frames came on the screen, and how old the newest picture was then. */
export class FrameWatch {
  readonly #video: HTMLVideoElement;
  readonly #shown: () => void;
  #callback: number | undefined;
  #counted = 0;
  /** Wall ms of the last frame. */
  lastFrameAt: number | undefined;
  /** Capture to screen, ms; only where the device sends capture times (sender reports or `abs-capture-time`). */
  ageMs: number | undefined;

  constructor(video: HTMLVideoElement, shown: () => void) {
    this.#video = video;
    this.#shown = shown;
  }

  start(): void {
    this.#callback ??= this.#video.requestVideoFrameCallback(this.#frame);
  }

  stop(): void {
    if (this.#callback !== undefined) this.#video.cancelVideoFrameCallback(this.#callback);
    this.#callback = undefined;
  }

  /** A hidden page gets no frame callbacks, while its picture-in-picture window goes on; the counter still tells. */
  poll(): void {
    if (document.visibilityState === 'visible') return;
    const { totalVideoFrames } = this.#video.getVideoPlaybackQuality();
    if (totalVideoFrames > this.#counted) this.lastFrameAt = Date.now();
    this.#counted = totalVideoFrames;
  }

  readonly #frame: VideoFrameRequestCallback = (_, metadata) => {
    this.lastFrameAt = Date.now();
    const age =
      metadata.captureTime === undefined ? undefined : metadata.expectedDisplayTime - metadata.captureTime;
    this.ageMs = age !== undefined && age >= 0 && age < plausibleAgeMs ? age : undefined;
    this.#callback = this.#video.requestVideoFrameCallback(this.#frame);
    this.#shown();
  };
}
