import { type Clock, systemClock } from '../../../clock.ts';
import { VedetteError } from '../../../errors.ts';
import type { ChildGroup } from '../../child-group.ts';
import { describeExit, spawnFfmpeg } from '../../ffmpeg.ts';
import { sampleRate } from '../../frame.ts';
import type { SoundSink, SoundSource } from '../source.ts';
import { SteadyCapture } from '../steady-capture.ts';

/** In front of a live input: raw samples need no looking ahead, and what is looked at is delay. */
export const liveInput = ['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0'] as const;

/** A microphone that an ffmpeg of ours listens to. */
export interface FfmpegMicrophoneOptions {
  /** For people: what the device is called in errors. */
  readonly device: string;
  /** What names and opens the input, up to and including `-i`; asked when the device is opened. */
  readonly inputArgs: () => Promise<readonly string[]>;
}

/** A single run of ffmpeg as a microphone: raw samples through a pipe, brought to our clock. */
export class FfmpegMicrophone implements SoundSource {
  readonly #options: FfmpegMicrophoneOptions;
  readonly #clock: Clock;
  readonly #capture = new SteadyCapture();
  #sink: SoundSink | undefined;
  #child: ChildGroup | undefined;
  /** The first byte of a sample that a chunk of the pipe cut in two. */
  #half: number | undefined;

  constructor(options: FfmpegMicrophoneOptions, clock: Clock = systemClock) {
    this.#options = options;
    this.#clock = clock;
  }

  start(sink: SoundSink): void {
    this.#sink = sink;
    this.#options.inputArgs().then(
      (args) => this.#open(args),
      (error: unknown) => this.#end(error),
    );
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    await this.#child?.stop();
  }

  #open(inputArgs: readonly string[]): void {
    if (!this.#sink) return;
    let child: ChildGroup;
    try {
      child = spawnFfmpeg([
        ...inputArgs,
        ...['-map', '0:a:0', '-ac', '1', '-ar', String(sampleRate)],
        ...['-f', 's16le', '-flush_packets', '1', 'pipe:1'],
      ]);
    } catch (error) {
      this.#end(error);
      return;
    }
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    child.gone.then(
      (exit) => this.#end(describeExit(exit, child.lastLines())),
      () => {},
    );
  }

  #read(chunk: Buffer): void {
    const whole = this.#half === undefined ? chunk : Buffer.concat([Uint8Array.of(this.#half), chunk]);
    this.#half = whole.length % 2 === 0 ? undefined : whole[whole.length - 1];
    // A copy, because samples must lie on even addresses; every Linux that Vedette runs on is little-endian.
    const bytes = Uint8Array.from(whole.subarray(0, whole.length - (whole.length % 2)));
    const samples = new Int16Array(bytes.buffer);
    this.#capture.push(samples, this.#clock.now(), (block) => this.#sink?.block(block));
  }

  #end(reason: unknown): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.ended(
      reason instanceof VedetteError
        ? reason
        : new VedetteError('sound/device-lost', { device: this.#options.device, detail: String(reason) }),
    );
  }
}
