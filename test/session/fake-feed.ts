import { systemClock } from '../../src/clock.ts';
import type { Codec, EncodedFrame, VideoCodec } from '../../src/media/frame.ts';
import type { OpusSource } from '../../src/media/sound/source.ts';
import type { EncodedStream, Release } from '../../src/media/stream.ts';
import type { CameraStatus, TalkStatus } from '../../src/protocol/events.ts';
import type { SessionFeed } from '../../src/session/feed.ts';
import { annexB, nal } from '../rtp/payloads.ts';

/** An encoder whose frames are given by hand. */
export class FakeStream implements EncodedStream {
  readonly codec: Codec;
  keyframesOnDemand = true;
  keyframesAsked = 0;
  /** Times it was started and stopped. */
  started = 0;
  stopped = 0;
  readonly #listeners = new Set<(frame: EncodedFrame) => void>();

  constructor(codec: Codec) {
    this.codec = codec;
  }

  get running(): boolean {
    return this.#listeners.size > 0;
  }

  listen(listener: (frame: EncodedFrame) => void): Release {
    if (!this.running) this.started += 1;
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener) && !this.running) this.stopped += 1;
    };
  }

  requestKeyframe(): void {
    this.keyframesAsked += 1;
  }

  /** One frame; `mark` is found in its payload's second byte. */
  give(keyframe: boolean, mark: number, bytes = 60): void {
    const data =
      this.codec === 'H264' ? annexB([nal(keyframe ? 5 : 1, bytes, mark)]) : new Uint8Array(bytes).fill(mark);
    const frame = { codec: this.codec, data, keyframe, captureMs: systemClock.now() };
    for (const listener of this.#listeners) listener(frame);
  }
}

export class FakeFeed implements SessionFeed {
  readonly name: string;
  readonly title: string;
  readonly streams = { H264: new FakeStream('H264'), VP8: new FakeStream('VP8') };
  readonly audio = new FakeStream('opus');
  camera: CameraStatus = { state: 'off' };
  talk: TalkStatus = { state: 'idle' };
  /** The visitor's sound, while somebody talks. */
  talking: { readonly session: string; readonly source: OpusSource } | undefined;
  readonly speaker = {
    talk: (session: string, source: OpusSource): Release | undefined => {
      if (this.talking) return undefined;
      const talking = { session, source };
      this.talking = talking;
      return () => {
        if (this.talking === talking) this.talking = undefined;
      };
    },
  };
  readonly #listeners = new Set<() => void>();

  constructor(name = 'door') {
    this.name = name;
    this.title = name;
  }

  video(codec: VideoCodec): FakeStream {
    return this.streams[codec];
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  onStatus(listener: () => void): Release {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  become(status: { camera?: CameraStatus; talk?: TalkStatus }): void {
    Object.assign(this, status);
    for (const listener of [...this.#listeners]) listener();
  }
}
