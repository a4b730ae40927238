import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { Camera } from './camera.ts';
import { Encoding } from './encoding.ts';
import type { EncodedFrame, NativeFormat, NativeFrame, VideoCodec } from './frame.ts';
import { KeyframeRequests } from './keyframe-requests.ts';
import { Listeners } from './listeners.ts';
import { NativeH264Judge } from './native-h264.ts';
import type { EncodedStream, Release } from './stream.ts';
import { type StreamCounts, StreamMeter } from './stream-counts.ts';

/** An encoder without listeners goes on this long: a viewer who reloads the page finds it running. */
const encoderLingerMs = 5_000;

export interface VideoStreamOptions {
  readonly codec: VideoCodec;
  readonly camera: Camera;
  readonly clock: Clock;
  readonly log: Logger;
}

/** One codec of a camera for all its viewers: one encoder, or the camera's own H.264 as it is. */
export class VideoStream implements EncodedStream {
  readonly codec: VideoCodec;
  readonly #camera: Camera;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listeners: Listeners<EncodedFrame>;
  readonly #keyframes: KeyframeRequests;
  readonly #meter = new StreamMeter();
  #releaseCamera: Release | undefined;
  #linger: NodeJS.Timeout | undefined;
  #format: NativeFormat | undefined;
  #judge: NativeH264Judge | undefined;
  #encoding: Encoding | undefined;
  #native = false;
  #gone: Promise<unknown> = Promise.resolve();

  constructor({ codec, camera, clock, log }: VideoStreamOptions) {
    this.codec = codec;
    this.#camera = camera;
    this.#clock = clock;
    this.#log = log.child({ camera: camera.name, codec });
    this.#listeners = new Listeners(this.#log);
    this.#keyframes = new KeyframeRequests(clock, () => this.#encoding?.requestKeyframe());
  }

  /** True while viewers get the camera's own H.264, which gives keyframes when it likes. */
  get native(): boolean {
    return this.#native;
  }

  get keyframesOnDemand(): boolean {
    return !this.#native;
  }

  /** What it has given so far. */
  get counts(): StreamCounts {
    return this.#meter.counts;
  }

  /** The encoder's process, where there is one. */
  get pid(): number | undefined {
    return this.#encoding?.pid;
  }

  listen(listener: (frame: EncodedFrame) => void): Release {
    clearTimeout(this.#linger);
    if (this.#listeners.size === 0) this.#meter.listened(this.#clock.now());
    const forget = this.#listeners.add(listener);
    this.#releaseCamera ??= this.#useCamera();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      forget();
      if (this.#listeners.size > 0) return;
      this.#meter.left();
      clearTimeout(this.#linger);
      this.#linger = setTimeout(() => this.#end(), encoderLingerMs);
    };
  }

  requestKeyframe(): void {
    this.#keyframes.request();
  }

  /** Ends the encoder and lets go of the camera, whoever listens; resolves when the process is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#end();
    await this.#gone;
  }

  #useCamera(): Release {
    // What an encoder has not given yet when privacy begins it never gives.
    const forget = this.#camera.onStatus(({ state }) => state === 'private' && this.#stopEncoding());
    const release = this.#camera.use({
      format: (format) => this.#begin(format),
      frame: (frame) => this.#frame(frame),
    });
    return () => {
      forget();
      release();
    };
  }

  #end(): void {
    clearTimeout(this.#linger);
    this.#keyframes.stop();
    this.#releaseCamera?.();
    this.#releaseCamera = undefined;
    this.#format = undefined;
    this.#judge = undefined;
    this.#native = false;
    this.#stopEncoding();
  }

  /** A camera that returns as it was finds its encoder running; another format needs another encoder. */
  #begin(format: NativeFormat): void {
    const same = this.#format && JSON.stringify(this.#format) === JSON.stringify(format);
    this.#format = format;
    const own = format.encoding === 'h264' && this.codec === 'H264';
    if (own) {
      this.#judge = new NativeH264Judge();
      this.#native = false;
      this.#stopEncoding();
    } else if (!same || !this.#encoding) {
      this.#judge = undefined;
      this.#native = false;
      this.#encode(format);
    } else {
      // Who looks at a picture from before the camera went away begins anew.
      this.#encoding.requestKeyframe();
    }
  }

  #encode(format: NativeFormat): void {
    this.#stopEncoding();
    const encoding: Encoding = new Encoding({
      codec: this.codec,
      format,
      log: this.#log,
      frame: (frame) => {
        if (this.#encoding !== encoding) return;
        this.#native = false;
        this.#tell(frame);
      },
      restart: () => this.#meter.restart(),
    });
    this.#encoding = encoding;
    encoding.start();
  }

  #stopEncoding(): void {
    const encoding = this.#encoding;
    this.#encoding = undefined;
    if (encoding) this.#gone = Promise.all([this.#gone, encoding.stop()]);
  }

  #frame(frame: NativeFrame): void {
    if (!this.#judge) {
      this.#encoding?.write(frame);
      return;
    }
    const verdict = this.#judge.judge(frame);
    switch (verdict.use) {
      case 'nothing':
        return;
      case 'native':
        if (!this.#native) this.#log.info('the camera encodes by itself: its H.264 is passed through');
        this.#native = true;
        this.#tell({ codec: 'H264', ...frame });
        return;
      case 'transcode':
        this.#transcode(verdict.reason, verdict.replay, frame);
        return;
    }
  }

  #transcode(reason: string, replay: readonly NativeFrame[], frame: NativeFrame): void {
    let frames: readonly NativeFrame[] = [frame];
    if (!this.#encoding && this.#format) {
      this.#log.warn(`the camera's H.264 is transcoded: ${reason}`);
      this.#encode(this.#format);
      if (replay.length > 0) frames = replay;
    }
    for (const next of frames) this.#encoding?.write(next);
    // Until the encoder's first frame, viewers keep what they had.
    if (this.#native) this.#tell({ codec: 'H264', ...frame });
  }

  #tell(frame: EncodedFrame): void {
    this.#meter.frame(frame);
    this.#listeners.tell(frame);
  }
}
