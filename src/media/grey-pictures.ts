import type { MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Camera } from './camera.ts';
import { fourccOf } from './cameras/fourcc.ts';
import type { ChildGroup } from './child-group.ts';
import { describeExit, spawnFfmpeg } from './ffmpeg.ts';
import type { NativeFormat, NativeFrame } from './frame.ts';
import { NutWriter } from './nut-writer.ts';
import type { Release } from './stream.ts';

/** Motion of people and machines shows itself at this pace: 5/s. */
const everyMs = 200;
/** A camera's frames come a little early or late; those that are as good as due are taken. */
const earlyMs = 15;
/** Small enough to compare in no time, large enough for a person at the far end of a garden. */
const greyWidth = 160;
/** Frames that are with ffmpeg at once: it gives one when the next goes in. More would only be late. */
const mostInside = 2;
/** A decoder of H.264 may hold back so many frames, to sort those that lean on later ones. */
const mostHeld = 16;
/** What has not come out of ffmpeg by then is held back. */
const idleMs = 400;
/** Frames go in and none comes out for so long: it hangs. */
const hungMs = 10_000;

/** A small picture: one byte of brightness a pixel, row by row. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** Valid during the call only. */
  readonly pixels: Uint8Array;
  readonly captureMs: MonotonicMs;
}

export interface GreySink {
  picture(picture: GreyPicture): void;
  /** The camera is away or private; the next picture says that it is back. */
  away(reason: VedetteError): void;
  /** ffmpeg failed; last, at most once. */
  ended(reason: VedetteError): void;
}

const shared = new WeakMap<Camera, GreyPictures>();

/**
 * Five small grey pictures a second of what a camera sees; of one that gives H.264 only its keyframes. All who watch
 * one camera share one ffmpeg, which runs while somebody does.
 */
export function watchGrey(camera: Camera, feed: string, sink: GreySink): () => Promise<void> {
  const pictures = shared.get(camera) ?? new GreyPictures(camera, feed);
  shared.set(camera, pictures);
  return pictures.watch(sink);
}

class GreyPictures {
  readonly #camera: Camera;
  readonly #feed: string;
  readonly #sinks = new Set<GreySink>();
  #releases: Release[] = [];
  #format: NativeFormat | undefined;
  #child: ChildGroup | undefined;
  #writer: NutWriter | undefined;
  /** Capture times of the frames that are with ffmpeg. */
  #inside: MonotonicMs[] = [];
  #nextMs = Number.NEGATIVE_INFINITY;
  /** Times that ffmpeg is told: the order is all it needs to know. */
  #ticks = 0;
  #toldMs = Number.NEGATIVE_INFINITY;
  /** Of H.264: how often each keyframe goes in, so that it comes out before the next one. */
  #copies = 1;
  #idle: NodeJS.Timeout | undefined;
  #picture: Uint8Array = new Uint8Array(0);
  #filled = 0;
  #closing: Promise<void> = Promise.resolve();

  constructor(camera: Camera, feed: string) {
    this.#camera = camera;
    this.#feed = feed;
  }

  watch(sink: GreySink): () => Promise<void> {
    this.#sinks.add(sink);
    if (this.#sinks.size === 1) this.#open();
    return async () => {
      if (this.#sinks.delete(sink) && this.#sinks.size === 0) this.#close();
      await this.#closing;
    };
  }

  #open(): void {
    this.#releases = [
      this.#camera.onStatus((status) => {
        if (status.state === 'away') this.#away(status.reason);
        if (status.state === 'private') this.#away('it is closed for privacy');
      }),
      this.#camera.use({ format: (format) => this.#begin(format), frame: (frame) => this.#take(frame) }),
    ];
  }

  #close(): void {
    for (const release of this.#releases.splice(0)) release();
    this.#end();
    this.#format = undefined;
  }

  /** One ffmpeg for each format the camera gives. */
  #begin(format: NativeFormat): void {
    this.#end();
    this.#format = format;
    this.#nextMs = Number.NEGATIVE_INFINITY;
    this.#toldMs = Number.NEGATIVE_INFINITY;
    this.#copies = 1;
    const height = greyHeight(format);
    this.#picture = new Uint8Array(greyWidth * height);
    const fourcc = fourccOf(format.encoding, format.pixelFormat) ?? '';
    this.#writer = new NutWriter({ ...format, fourcc });
    let child: ChildGroup;
    try {
      child = spawnFfmpeg(greyArgs(format, height), { fed: true });
    } catch (error) {
      const detail = error instanceof VedetteError ? error.message : String(error);
      // Not before the camera has given us what lets go of it.
      queueMicrotask(() => this.#lost(detail));
      return;
    }
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#child === child && this.#fill(chunk));
    void child.gone.then((exit) => {
      if (this.#child === child) this.#lost(describeExit(exit, child.lastLines()));
    });
    child.stdin?.write(this.#writer.headers());
  }

  #take(frame: NativeFrame): void {
    const { keyframe, captureMs } = frame;
    const h264 = this.#format?.encoding === 'h264';
    if (!keyframe || captureMs < this.#nextMs - earlyMs) return;
    const [oldest] = this.#inside;
    if (oldest !== undefined && captureMs - Math.max(oldest, this.#toldMs) > hungMs) {
      this.#lost('no small picture comes out');
      return;
    }
    if (this.#inside.length >= (h264 ? mostHeld : mostInside)) return;
    // The pace is kept on the whole, and begins anew after a pause.
    this.#nextMs = captureMs - this.#nextMs > everyMs ? captureMs + everyMs : this.#nextMs + everyMs;
    for (let i = 0; i < (h264 ? this.#copies : 1); i++) this.#write(frame);
    if (h264) this.#whenIdle(frame);
  }

  #write({ data, captureMs }: NativeFrame): void {
    const stdin = this.#child?.stdin;
    if (!stdin || !this.#writer) return;
    this.#inside.push(captureMs);
    stdin.cork();
    stdin.write(this.#writer.frameHead(this.#ticks++, true, data.length));
    stdin.write(data);
    stdin.uncork();
  }

  /**
   * A decoder that holds frames back until later ones come would show a keyframe some keyframes late. The same one
   * once more pushes it out.
   */
  #whenIdle(frame: NativeFrame): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      const out = this.#toldMs >= frame.captureMs;
      if (out) this.#copies = this.#inside.length + 1;
      else if (this.#inside.length <= mostHeld) {
        this.#write(frame);
        this.#whenIdle(frame);
      }
    }, idleMs);
  }

  #fill(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + this.#picture.length - this.#filled);
      this.#picture.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#picture.length) return;
      this.#filled = 0;
      const captureMs = this.#inside.shift();
      if (captureMs === undefined) return;
      // A copy.
      if (captureMs <= this.#toldMs) continue;
      this.#toldMs = captureMs;
      const picture = {
        ...{ width: greyWidth, height: this.#picture.length / greyWidth },
        ...{ pixels: this.#picture, captureMs },
      };
      for (const sink of [...this.#sinks]) sink.picture(picture);
    }
  }

  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    clearTimeout(this.#idle);
    this.#inside = [];
    this.#filled = 0;
    if (child) this.#closing = Promise.all([this.#closing, child.stop()]).then(() => undefined);
  }

  /** The camera is tried again by itself: whoever let go of it and took it again would hurry it. */
  #away(detail: string): void {
    this.#end();
    const reason = new VedetteError('motion/lost', { feed: this.#feed, detail });
    for (const sink of [...this.#sinks]) sink.away(reason);
  }

  #lost(detail: string): void {
    const told = [...this.#sinks];
    this.#sinks.clear();
    this.#close();
    const reason = new VedetteError('motion/lost', { feed: this.#feed, detail });
    for (const sink of told) sink.ended(reason);
  }
}

/** The height that keeps the shape of the picture; even, as scalers like it. */
export function greyHeight({ width, height }: { readonly width: number; readonly height: number }): number {
  return Math.max(2, Math.round((greyWidth * height) / Math.max(1, width) / 2) * 2);
}

function greyArgs({ encoding, width }: NativeFormat, height: number): readonly string[] {
  return [
    ...['-probesize', '32', '-analyzeduration', '0', '-flags', 'low_delay', '-threads', '1'],
    // JPEG is decoded at a half, a quarter or an eighth of its size where that is still enough.
    // Blocks may show: they are smaller than a pixel of ours.
    ...(encoding === 'h264' ? ['-skip_loop_filter', 'all'] : []),
    ...(encoding === 'mjpeg' ? ['-lowres', String(lowres(width))] : []),
    ...['-f', 'nut', '-i', 'pipe:0', '-an', '-filter_threads', '1'],
    ...['-vf', `scale=${greyWidth}:${height}:flags=area,format=gray`, '-fps_mode', 'passthrough'],
    // With threads of its own, the writer of raw pictures would hold back one a thread, as it happens to be busy.
    ...['-threads', '1', '-f', 'rawvideo', '-flush_packets', '1', 'pipe:1'],
  ];
}

function lowres(width: number): number {
  return Math.min(3, Math.max(0, Math.floor(Math.log2(width / greyWidth))));
}
