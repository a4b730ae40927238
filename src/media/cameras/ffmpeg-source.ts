import { type Clock, systemClock } from '../../clock.ts';
import { VedetteError } from '../../errors.ts';
import { AccessUnits } from '../annex-b.ts';
import { CaptureTimes } from '../capture-times.ts';
import type { ChildExit, ChildGroup } from '../child-group.ts';
import { describeExit, spawnFfmpeg } from '../ffmpeg.ts';
import type { NativeFormat } from '../frame.ts';
import { type NutItem, type NutPacket, NutReader, type NutStream } from '../nut-reader.ts';
import { nativeOfFourcc } from './fourcc.ts';
import type { CameraSink, CameraSource } from './kind.ts';

/** A camera whose frames come from an ffmpeg of ours. */
export interface FfmpegCamera {
  /** What names and opens the input, up to and including `-i`. */
  readonly inputArgs: readonly string[];
  /** What is done with it; `-c:v copy` if not given. Sound is never taken. */
  readonly outputArgs?: readonly string[];
  /** `monotonic` where the input stamps on CLOCK_MONOTONIC (V4L2), else `arrival`. */
  readonly times: 'monotonic' | 'arrival';
  /** As agreed with the driver; else what ffmpeg says. */
  readonly frameRate?: number;
  /** What ffmpeg reads on stdin: for inputs whose address must not stand in the list of processes. */
  readonly inputText?: string;
  /** For people: what the device is called in errors. */
  readonly device: string;
  /** Takes out of ffmpeg's words what nobody may read: addresses and passwords. */
  readonly redact?: (line: string) => string;
  /** Gives a better reason than `camera/ended`, where the last lines tell one. */
  readonly explain?: (lastLines: readonly string[], exit: ChildExit) => VedetteError | undefined;
}

/** What ffmpeg says nothing about: the rate of a stream without one. */
const unknownFrameRate = 25;

/** A single run of ffmpeg as a camera: native frames by NUT, with their capture times. */
export function ffmpegSource(camera: FfmpegCamera, clock: Clock = systemClock): CameraSource {
  return new FfmpegSource(camera, clock);
}

class FfmpegSource implements CameraSource {
  readonly #camera: FfmpegCamera;
  readonly #clock: Clock;
  readonly #reader = new NutReader();
  readonly #times: CaptureTimes;
  #child: ChildGroup | undefined;
  #stopped = false;
  #failure: VedetteError | undefined;
  #units: AccessUnits | undefined;
  /** The video stream's index and seconds in a tick, once the headers are read. */
  #video: { readonly index: number; readonly tickMs: number } | undefined;

  constructor(camera: FfmpegCamera, clock: Clock) {
    this.#camera = camera;
    this.#clock = clock;
    this.#times = new CaptureTimes(camera.times);
  }

  start(sink: CameraSink): void {
    const { inputArgs, outputArgs = ['-c:v', 'copy'], times, inputText } = this.#camera;
    const keepTimes = times === 'monotonic' ? ['-copyts'] : [];
    const nut = ['-f', 'nut', '-write_index', '0', '-flush_packets', '1', 'pipe:1'];
    let child: ChildGroup;
    try {
      const args = [...keepTimes, ...inputArgs, '-map', '0:v:0', ...outputArgs, ...nut];
      child = spawnFfmpeg(args, { fed: inputText !== undefined });
    } catch (error) {
      const reason = error instanceof VedetteError ? error : this.#ended(String(error));
      queueMicrotask(() => this.#stopped || sink.ended(reason));
      return;
    }
    this.#child = child;
    if (inputText !== undefined) child.stdin?.end(inputText);
    child.stdout.on('data', (chunk: Buffer) => {
      if (this.#stopped || this.#failure !== undefined) return;
      for (const item of this.#reader.push(chunk)) this.#take(item, sink);
    });
    child.gone.then((exit) => {
      if (this.#stopped) return;
      this.#stopped = true;
      sink.ended(this.#reason(child, exit));
    }, neverRejects);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child?.stop();
  }

  #take(item: NutItem, sink: CameraSink): void {
    if (this.#stopped) return;
    switch (item.type) {
      case 'streams':
        this.#begin(item.streams, sink);
        return;
      case 'packet':
        this.#frame(item.packet, sink);
        return;
      case 'failure':
        this.#fail(this.#ended(`what ffmpeg writes is not understood: ${item.reason}`));
    }
  }

  #begin(streams: readonly NutStream[], sink: CameraSink): void {
    const index = streams.findIndex(({ kind }) => kind === 'video');
    const stream = streams[index];
    const native = stream && nativeOfFourcc(stream.fourcc);
    if (!stream || !native) {
      const given = JSON.stringify(stream?.fourcc ?? 'no pictures');
      this.#fail(new VedetteError('camera/unread-codec', { device: this.#camera.device, given }));
      return;
    }
    const { width, height } = stream;
    const frameRate = this.#camera.frameRate ?? stream.frameRate ?? unknownFrameRate;
    const format: NativeFormat = { ...native, width, height, frameRate };
    this.#video = { index, tickMs: (1000 * stream.timeBase.num) / stream.timeBase.den };
    if (format.encoding === 'h264') this.#units = new AccessUnits(stream.codecData);
    sink.format(format);
  }

  #frame({ stream, pts, keyframe, data }: NutPacket, sink: CameraSink): void {
    if (this.#video?.index !== stream || data.length === 0) return;
    const ordered = this.#units === undefined;
    const captureMs = this.#times.map(pts * this.#video.tickMs, this.#clock.now(), ordered);
    // An access unit is made what encoders and viewers rely on: no idle units, SPS and PPS at each IDR.
    sink.frame({ ...(this.#units?.clean(data) ?? { data, keyframe }), captureMs });
  }

  #fail(reason: VedetteError): void {
    this.#failure = reason;
    // Its end is told to the sink when it is gone, with this reason.
    this.#child?.stop().catch(neverRejects);
  }

  #reason(child: ChildGroup, exit: ChildExit): VedetteError {
    if (this.#failure !== undefined) return this.#failure;
    const { redact = (line: string) => line } = this.#camera;
    const lastLines = child.lastLines().map(redact);
    const reason = this.#camera.explain?.(lastLines, exit) ?? this.#ended(describeExit(exit, lastLines));
    reason.cause ??= lastLines;
    return reason;
  }

  #ended(detail: string): VedetteError {
    return new VedetteError('camera/ended', { device: this.#camera.device, detail });
  }
}

function neverRejects(): void {
  // Children's promises resolve whatever happens; this only says so to the linter.
}
