import { VedetteError } from '../../errors.ts';
import type { ChildGroup } from '../child-group.ts';
import { EncoderTimes } from '../encoder-times.ts';
import { describeExit, spawnFfmpeg } from '../ffmpeg.ts';
import type { NativeFormat, NativeFrame } from '../frame.ts';
import type { Box } from '../masks.ts';
import { type NutItem, NutReader } from '../nut-reader.ts';
import { NutWriter, nutTicksPerSecond } from '../nut-writer.ts';
import { fourccOf } from './fourcc.ts';

/** Pictures that wait or are inside; more would only be late. H.264 may hold back 16 before its first. */
const mostInside = { raw: 4, mjpeg: 4, h264: 24 } as const;

/** Where covered pictures go; `ended` last and at most once, never after `stop`. */
export interface MaskFilterSink {
  frame(frame: NativeFrame): void;
  ended(reason: VedetteError): void;
}

/** One ffmpeg that decodes native frames, covers boxes and gives raw pictures with their capture times. */
export class MaskFilter {
  readonly #format: NativeFormat;
  readonly #boxes: readonly Box[];
  readonly #sink: MaskFilterSink;
  readonly #writer: NutWriter;
  readonly #reader = new NutReader();
  readonly #times: EncoderTimes;
  #child: ChildGroup | undefined;
  #needsKeyframe = true;
  #stopped = false;

  constructor(format: NativeFormat, boxes: readonly Box[], sink: MaskFilterSink) {
    this.#format = format;
    this.#boxes = boxes;
    this.#sink = sink;
    this.#writer = new NutWriter({ ...format, fourcc: fourccOf(format.encoding, format.pixelFormat) ?? '' });
    this.#times = new EncoderTimes(format.encoding !== 'h264');
  }

  /** Starts ffmpeg. Failures arrive at `sink.ended`. */
  start(): void {
    let child: ChildGroup;
    try {
      child = spawnFfmpeg(this.#args(), { fed: true });
    } catch (error) {
      queueMicrotask(() => this.#end(error instanceof VedetteError ? error : failure(String(error))));
      return;
    }
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#stopped) return;
      for (const item of this.#reader.push(chunk)) this.#take(item);
    });
    child.gone.then(
      (exit) => this.#end(failure(describeExit(exit, child.lastLines()))),
      () => {},
    );
    child.stdin?.write(this.#writer.headers());
  }

  /** Gives it the camera's next frame; leaves it out while too many are inside. */
  write(frame: NativeFrame): void {
    const stdin = this.#child?.stdin;
    if (this.#stopped || !stdin) return;
    if (this.#times.inside >= mostInside[this.#format.encoding]) {
      // H.264 cannot lose a frame in the middle.
      this.#needsKeyframe = true;
      return;
    }
    if (this.#needsKeyframe && !frame.keyframe) return;
    this.#needsKeyframe = false;
    const pts = this.#times.enter(frame.captureMs, false);
    stdin.cork();
    stdin.write(this.#writer.frameHead(pts, frame.keyframe, frame.data.length));
    stdin.write(frame.data);
    stdin.uncork();
  }

  /** Ends ffmpeg and resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child?.stop();
  }

  #args(): readonly string[] {
    const boxes = this.#boxes.map(
      ({ left, top, width, height }) =>
        `drawbox=x=${left}:y=${top}:w=${width}:h=${height}:color=black:t=fill`,
    );
    // A camera that changes its picture's size, or the way it lies, in mid-stream: ffmpeg makes the filters anew for it,
    // and the boxes are meant for the size that was told.
    const { width, height } = this.#format;
    const filters = [`scale=${width}:${height}`, 'format=yuv420p', ...boxes].join(',');
    return [
      ...['-copyts', '-probesize', '32', '-analyzeduration', '0', '-flags', 'low_delay'],
      ...['-threads', '1', '-noautorotate', '-f', 'nut', '-i', 'pipe:0', '-an', '-vf', filters],
      // With threads of its own, the writer of raw pictures would hold back one a thread.
      ...[
        '-c:v',
        'rawvideo',
        '-threads',
        '1',
        '-enc_time_base',
        `1/${nutTicksPerSecond}`,
        '-fps_mode',
        'passthrough',
      ],
      ...['-f', 'nut', '-write_index', '0', '-flush_packets', '1', 'pipe:1'],
    ];
  }

  #take(item: NutItem): void {
    if (item.type === 'failure') this.#end(failure(item.reason));
    if (item.type !== 'packet') return;
    const { pts, data } = item.packet;
    this.#sink.frame({ data, keyframe: true, captureMs: this.#times.leave(pts) });
  }

  #end(reason: VedetteError): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#child?.stop().catch(() => {});
    this.#sink.ended(reason);
  }
}

function failure(detail: string): VedetteError {
  return new VedetteError('encoder/ended', { encoder: 'of the masks', detail });
}
