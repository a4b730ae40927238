import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { CameraStatus } from '../protocol/events.ts';
import type { Camera } from './camera.ts';
import type { VideoCodec } from './frame.ts';
import { takeSnapshot } from './snapshot.ts';
import type { EncodedStream, Release } from './stream.ts';
import { VideoStream } from './video-stream.ts';

export interface FeedOptions {
  /** Its name in URLs and messages. */
  readonly name: string;
  /** What people read. */
  readonly title: string;
  readonly camera: Camera;
  /** Its microphone, where it has one. */
  readonly audio?: EncodedStream;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a viewer subscribes to: a camera, in the codecs its viewers agreed on, with its microphone if it has one. */
export class Feed {
  readonly name: string;
  readonly title: string;
  readonly camera: Camera;
  readonly audio: EncodedStream | undefined;
  readonly #video: Readonly<Record<VideoCodec, VideoStream>>;
  #snapshot: Promise<Uint8Array> | undefined;

  constructor({ name, title, camera, audio, clock, log }: FeedOptions) {
    this.name = name;
    this.title = title;
    this.camera = camera;
    this.audio = audio;
    const stream = (codec: VideoCodec) => new VideoStream({ codec, camera, clock, log });
    this.#video = { H264: stream('H264'), VP8: stream('VP8') };
  }

  /** What is the case with its camera. */
  get status(): CameraStatus {
    return this.camera.status;
  }

  /** The pictures in one codec; one encoder for all who listen, until 5 s after the last of them. */
  video(codec: VideoCodec): VideoStream {
    return this.#video[codec];
  }

  /** Tells each change of {@link Feed.status}. */
  onStatus(listener: (status: CameraStatus) => void): Release {
    return this.camera.onStatus(listener);
  }

  /**
   * A JPEG of what the camera sees now; opens the camera where it is closed. Whoever asks while one is being taken
   * gets that one: each takes a process.
   *
   * @throws VedetteError `camera/no-frame`, `camera/private`, `ffmpeg/missing`
   */
  snapshot(): Promise<Uint8Array> {
    this.#snapshot ??= takeSnapshot(this.camera, this.name).finally(() => {
      this.#snapshot = undefined;
    });
    return this.#snapshot;
  }

  /** Ends its encoders and its camera, whoever watches; resolves when every process is gone. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([...Object.values(this.#video).map((stream) => stream.stop()), this.camera.stop()]);
  }
}
