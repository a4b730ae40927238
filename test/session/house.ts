import type { MonotonicMs, WallMs } from '../../src/clock.ts';
import { Camera } from '../../src/media/camera.ts';
import type { CameraSink } from '../../src/media/cameras/kind.ts';
import { blockSamples, type Codec, type EncodedFrame, type VideoCodec } from '../../src/media/frame.ts';
import { Microphone } from '../../src/media/sound/microphone.ts';
import type { OpusSource, SoundSink } from '../../src/media/sound/source.ts';
import type { EncodedStream, Release } from '../../src/media/stream.ts';
import type { SessionFeed } from '../../src/session/feed.ts';
import { quiet } from '../media/ready.ts';
import { annexB, nal } from '../rtp/payloads.ts';

const log = quiet;
export const clock = {
  now: () => (10_000_000 + Date.now()) as MonotonicMs,
  wall: () => Date.now() as WallMs,
};

/** Devices that are open now: what a process would be. */
class Devices {
  open = 0;
  sinks = new Set<CameraSink | SoundSink>();
  source<Sink extends CameraSink | SoundSink>(started: (sink: Sink) => void) {
    let sink: Sink | undefined;
    this.open += 1;
    return {
      start: (given: Sink) => {
        sink = given;
        this.sinks.add(given);
        started(given);
      },
      stop: async () => {
        this.open -= 1;
        if (sink) this.sinks.delete(sink);
      },
    };
  }
}

/** An encoder without a process: what its device gives, as it is. */
class Passing implements EncodedStream {
  readonly codec: Codec;
  readonly keyframesOnDemand = true;
  readonly #begin: (tell: (frame: EncodedFrame) => void) => Release;
  readonly #listeners = new Set<(frame: EncodedFrame) => void>();
  #release: Release | undefined;

  constructor(codec: Codec, begin: (tell: (frame: EncodedFrame) => void) => Release) {
    this.codec = codec;
    this.#begin = begin;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  listen(listener: (frame: EncodedFrame) => void): Release {
    this.#listeners.add(listener);
    this.#release ??= this.#begin((frame) => {
      for (const tell of this.#listeners) tell(frame);
    });
    return () => {
      if (!this.#listeners.delete(listener) || this.listeners > 0) return;
      this.#release?.();
      this.#release = undefined;
    };
  }

  requestKeyframe(): void {}
}

const picture = annexB([nal(5, 60, 1)]);
const block = new Int16Array(blockSamples);
const packet = new Uint8Array(20);

/** One door of a house: the device's own camera and microphone over sources that a test feeds. */
export class Door implements SessionFeed {
  readonly name: string;
  readonly title: string;
  readonly #cameras = new Devices();
  readonly #microphones = new Devices();
  readonly #camera: Camera;
  readonly #microphone: Microphone;
  readonly #streams: Readonly<Record<VideoCodec, Passing>>;
  readonly audio: Passing;
  readonly #statusListeners = new Set<() => void>();
  readonly speaker?: NonNullable<SessionFeed['speaker']>;
  /** Who is played. */
  talker: string | undefined;

  constructor(name: string, speaks: boolean) {
    this.name = name;
    this.title = name;
    this.#camera = new Camera({
      name,
      open: () =>
        this.#cameras.source<CameraSink>((sink) =>
          sink.format({ encoding: 'raw', pixelFormat: 'yuv420p', width: 16, height: 16, frameRate: 30 }),
        ),
      clock,
      log,
    });
    this.#microphone = new Microphone({ name, open: () => this.#microphones.source(() => {}), clock, log });
    const video = (codec: VideoCodec) =>
      new Passing(codec, (tell) =>
        this.#camera.use({
          format: () => {},
          frame: ({ captureMs }) => tell({ codec, data: picture, keyframe: true, captureMs }),
        }),
      );
    this.#streams = { H264: video('H264'), VP8: video('VP8') };
    this.audio = new Passing('opus', (tell) =>
      this.#microphone.listen(({ captureMs }) =>
        tell({ codec: 'opus', data: packet, keyframe: true, captureMs }),
      ),
    );
    if (speaks) this.speaker = { talk: (session, source) => this.#talk(session, source) };
  }

  get camera() {
    return this.#camera.status;
  }

  get talk() {
    return this.talker === undefined
      ? ({ state: 'idle' } as const)
      : ({ state: 'talking', session: this.talker } as const);
  }

  video(codec: VideoCodec): Passing {
    return this.#streams[codec];
  }

  onStatus(listener: () => void): Release {
    const entry = () => listener();
    this.#statusListeners.add(entry);
    const release = this.#camera.onStatus(entry);
    return () => {
      release();
      this.#statusListeners.delete(entry);
    };
  }

  /** The hardware gives a picture; false where nothing is open. */
  look(): boolean {
    return this.#give(this.#cameras, (sink) =>
      (sink as CameraSink).frame({ data: packet, keyframe: true, captureMs: clock.now() }),
    );
  }

  /** The hardware gives 20 ms of sound; false where nothing is open. */
  hear(): boolean {
    return this.#give(this.#microphones, (sink) =>
      (sink as SoundSink).block({ samples: block, captureMs: clock.now() }),
    );
  }

  async setPrivate(on: boolean): Promise<void> {
    await Promise.all([this.#camera.setPrivate(on), this.#microphone.setPrivate(on)]);
  }

  /** Devices, listeners and talkers that are still held. */
  get held(): readonly number[] {
    const streams = [this.#streams.H264, this.#streams.VP8, this.audio];
    return [
      this.#cameras.open,
      this.#microphones.open,
      this.#statusListeners.size,
      ...streams.map(({ listeners }) => listeners),
      this.talker === undefined ? 0 : 1,
    ];
  }

  /** Whether a device is open. */
  get open(): boolean {
    return this.#cameras.open + this.#microphones.open > 0;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#camera.stop(), this.#microphone.stop()]);
  }

  #give(devices: Devices, give: (sink: CameraSink | SoundSink) => void): boolean {
    for (const sink of [...devices.sinks]) give(sink);
    return devices.sinks.size > 0;
  }

  #talk(session: string, _: OpusSource): Release | undefined {
    if (this.talker !== undefined) return undefined;
    this.talker = session;
    this.#tell();
    return () => {
      if (this.talker !== session) return;
      this.talker = undefined;
      this.#tell();
    };
  }

  #tell(): void {
    for (const listener of [...this.#statusListeners]) listener();
  }
}
