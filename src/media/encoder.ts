import { VedetteError } from '../errors.ts';
import { AccessUnits } from './annex-b.ts';
import { fourccOf } from './cameras/fourcc.ts';
import type { ChildGroup } from './child-group.ts';
import { EncoderTimes } from './encoder-times.ts';
import { defaultBitrateBps, type EncoderRow } from './encoders/encoder.ts';
import { describeExit, spawnFfmpeg } from './ffmpeg.ts';
import type { EncodedFrame, NativeFormat, NativeFrame, VideoCodec } from './frame.ts';
import { type NutItem, NutReader } from './nut-reader.ts';
import { NutWriter, nutTicksPerSecond } from './nut-writer.ts';

/** Frames that wait while the encoder is busy; more would only be late. */
const queuedFrames = 2;
/** Frames between the pipe's entry and the encoder's exit before more have to wait. */
const insideFrames = 4;
/** H.264 cannot lose a frame in the middle: a group of pictures may wait whole, 4 s at 30/s; then until a keyframe. */
const queuedAccessUnits = 120;
/** Frames go in and none comes out for this long: it hangs. Starting takes a second on the smallest boards. */
const hungMs = 4_000;
/** What a decoder of H.264 may hold back before its first picture. */
const heldByDecoder = 16;

/** Where an encoder's frames go; `ended` last and at most once, never after `stop`. */
export interface EncoderSink {
  frame(frame: EncodedFrame): void;
  ended(reason: VedetteError): void;
}

export interface EncoderOptions {
  readonly codec: VideoCodec;
  /** What goes in. */
  readonly format: NativeFormat;
}

/**
 * One ffmpeg that turns native frames into one codec: a single run. Frames keep their capture times exactly; when it
 * falls behind, frames are left out at its entry, so it is never late by more than a few.
 */
export class Encoder {
  readonly #options: EncoderOptions;
  readonly #sink: EncoderSink;
  readonly #writer: NutWriter;
  readonly #reader = new NutReader();
  readonly #times: EncoderTimes;
  readonly #queue: NativeFrame[] = [];
  #units = new AccessUnits(new Uint8Array(0));
  #row: EncoderRow | undefined;
  #child: ChildGroup | undefined;
  #writing = false;
  #stopped = false;
  #keyframeWanted = false;
  #needsKeyframeInput: boolean;
  #dropped = 0;

  constructor(options: EncoderOptions, sink: EncoderSink) {
    const { encoding, pixelFormat } = options.format;
    const fourcc = fourccOf(encoding, pixelFormat) ?? '';
    this.#options = options;
    this.#sink = sink;
    this.#writer = new NutWriter({ ...options.format, fourcc });
    this.#times = new EncoderTimes(encoding !== 'h264');
    this.#needsKeyframeInput = encoding === 'h264';
  }

  /** Frames left out because the encoder was behind. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Its process, for those who measure or end it from outside. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts ffmpeg. Failures arrive at `sink.ended`. Frames written before wait. */
  start(row: EncoderRow): void {
    if (this.#stopped) return;
    this.#row = row;
    let child: ChildGroup;
    try {
      child = spawnFfmpeg(this.#args(row), { fed: true });
    } catch (error) {
      const reason = error instanceof VedetteError ? error : this.#failure(String(error));
      queueMicrotask(() => this.#end(reason));
      return;
    }
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#stopped) return;
      for (const item of this.#reader.push(chunk)) this.#take(item);
    });
    child.gone.then(
      (exit) => this.#end(this.#failure(describeExit(exit, child.lastLines()), child.lastLines())),
      neverRejects,
    );
    child.stdin?.write(this.#writer.headers());
    this.#pump();
  }

  /** Gives it the camera's next frame. */
  write(frame: NativeFrame): void {
    if (this.#stopped) return;
    if (this.#needsKeyframeInput && !frame.keyframe) {
      this.#dropped += 1;
      return;
    }
    this.#needsKeyframeInput = false;
    if (frame.captureMs - (this.#times.oldestMs ?? frame.captureMs) > hungMs) {
      this.#end(this.#failure(`nothing came out for ${hungMs / 1000} s`));
      return;
    }
    this.#queue.push(frame);
    this.#trimQueue();
    this.#pump();
  }

  /** The next frame that goes in comes out as a keyframe. */
  requestKeyframe(): void {
    this.#keyframeWanted = true;
  }

  /** Ends ffmpeg and resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.length = 0;
    await this.#child?.stop();
  }

  #args(row: EncoderRow): readonly string[] {
    const { format } = this.#options;
    const { width, height, frameRate } = format;
    const bitrateBps = defaultBitrateBps(width, height);
    return [
      // Everything is known from the container's first bytes: nothing is probed. (`-fflags nobuffer` would throw the
      // first frame away, the one a new viewer waits for.)
      ...['-copyts', '-probesize', '32', '-analyzeduration', '0', '-flags', 'low_delay'],
      ...['-threads', '1', '-f', 'nut', '-i', 'pipe:0', '-an'],
      ...row.args({ width, height, frameRate, bitrateBps }),
      ...['-enc_time_base', `1/${nutTicksPerSecond}`, '-fps_mode', 'passthrough'],
      ...['-force_key_frames', `expr:eq(mod(round(t*${nutTicksPerSecond}),2),1)`],
      ...['-f', 'nut', '-write_index', '0', '-flush_packets', '1', 'pipe:1'],
    ];
  }

  #trimQueue(): void {
    const limit = this.#options.format.encoding === 'h264' ? queuedAccessUnits : queuedFrames;
    if (this.#queue.length <= limit) return;
    if (this.#options.format.encoding === 'h264') {
      this.#dropped += this.#queue.length;
      this.#queue.length = 0;
      this.#needsKeyframeInput = true;
    } else {
      this.#dropped += 1;
      this.#queue.shift();
    }
  }

  #pump(): void {
    const stdin = this.#child?.stdin;
    const { format } = this.#options;
    const held = (this.#row?.heldFrames ?? 0) + (format.encoding === 'h264' ? heldByDecoder : 0);
    if (!stdin || this.#writing || this.#times.inside >= insideFrames + held) return;
    const frame = this.#queue.shift();
    if (!frame) return;
    const pts = this.#times.enter(frame.captureMs, this.#keyframeWanted);
    this.#keyframeWanted = false;
    this.#writing = true;
    stdin.cork();
    stdin.write(this.#writer.frameHead(pts, frame.keyframe, frame.data.length));
    stdin.write(frame.data, () => {
      this.#writing = false;
      if (!this.#stopped) this.#pump();
    });
    stdin.uncork();
  }

  #take(item: NutItem): void {
    switch (item.type) {
      case 'streams':
        this.#units = new AccessUnits(item.streams[0]?.codecData ?? new Uint8Array(0));
        return;
      case 'packet': {
        const { pts, data, keyframe } = item.packet;
        const { codec } = this.#options;
        const captureMs = this.#times.leave(pts);
        const frame = codec === 'H264' ? this.#units.clean(data) : { data, keyframe };
        this.#sink.frame({ codec, ...frame, captureMs });
        this.#pump();
        return;
      }
      case 'failure':
        this.#end(this.#failure(item.reason));
        return;
    }
  }

  #end(reason: VedetteError): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#child?.stop().catch(neverRejects);
    this.#sink.ended(reason);
  }

  #failure(detail: string, lastLines?: readonly string[]): VedetteError {
    const { codec } = this.#options;
    const options = { cause: lastLines };
    // ffmpeg's words where it was built without; asking it ahead would cost each first viewer 100 ms.
    if (lastLines?.some((line) => line.includes('Unknown encoder'))) {
      return new VedetteError('ffmpeg/no-encoder', { codec }, options);
    }
    return new VedetteError('encoder/ended', { encoder: this.#row?.encoder ?? codec, detail }, options);
  }
}

function neverRejects(): void {
  // A child's promises resolve whatever happens.
}
