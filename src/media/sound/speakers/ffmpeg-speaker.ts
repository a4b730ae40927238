import { VedetteError } from '../../../errors.ts';
import type { ChildGroup } from '../../child-group.ts';
import { describeExit, spawnFfmpeg } from '../../ffmpeg.ts';
import { blockSamples, sampleRate } from '../../frame.ts';
import { blockMs } from '../pacer.ts';
import type { SpeakerDevice, SpeakerEvents } from './kind.ts';

/** More than this in the pipe is delay that stays: blocks are left out until little is left. */
const maxQueuedMs = 200;
const drainedMs = 80;
/** While it opens, so much more silence than the primer may be on its way: ffmpeg reports only while it is fed. */
const maxOpeningMs = 100;
/** How often ffmpeg says how far it is, s. */
const progressPeriod = '0.05';

const silence = new Int16Array(blockSamples);

/** A speaker that an ffmpeg of ours plays to. */
export interface FfmpegSpeakerOptions {
  /** For people: what the device is called in errors. */
  readonly device: string;
  /** What names and opens the output; asked when the device is opened. */
  readonly outputArgs: () => Promise<readonly string[]>;
  /** Silence that goes first: the cushion against underruns, and for servers with a small buffer what fills it. */
  readonly primerMs: number;
  /** When so much of it was taken, the device really plays. */
  readonly readyMs: number;
}

/** A single run of ffmpeg as a speaker. Its progress reports say what has left for the hardware. */
export class FfmpegSpeaker implements SpeakerDevice {
  readonly #options: FfmpegSpeakerOptions;
  #events: SpeakerEvents | undefined;
  #child: ChildGroup | undefined;
  #ready = false;
  #opening: NodeJS.Timeout | undefined;
  /** Silence that went in front of the first block to be played. */
  #silenceMs = 0;
  #writtenMs = 0;
  #takenMs = 0;
  #droppedMs = 0;
  #draining = false;
  #openLine = '';

  constructor(options: FfmpegSpeakerOptions) {
    this.#options = options;
  }

  start(events: SpeakerEvents): void {
    this.#events = events;
    this.#options.outputArgs().then(
      (args) => this.#open(args),
      (error: unknown) => this.#end(String(error)),
    );
  }

  play(samples: Int16Array): void {
    const queuedMs = this.#writtenMs - this.#takenMs;
    if (queuedMs > maxQueuedMs) this.#draining = true;
    if (queuedMs < drainedMs) this.#draining = false;
    if (this.#draining) this.#droppedMs += blockMs;
    else this.#write(samples);
  }

  async stop(): Promise<void> {
    this.#events = undefined;
    clearInterval(this.#opening);
    await this.#child?.stop();
  }

  #open(outputArgs: readonly string[]): void {
    if (!this.#events) return;
    let child: ChildGroup;
    try {
      child = spawnFfmpeg(
        [
          ...['-f', 's16le', '-ar', String(sampleRate), '-ac', '1'],
          ...['-probesize', '32', '-analyzeduration', '0', '-fflags', 'nobuffer', '-i', 'pipe:0'],
          ...['-progress', 'pipe:1', '-stats_period', progressPeriod, ...outputArgs],
        ],
        { fed: true },
      );
    } catch (error) {
      this.#end(error);
      return;
    }
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => this.#readProgress(chunk.toString('latin1')));
    child.gone.then(
      (exit) => this.#end(describeExit(exit, child.lastLines())),
      () => {},
    );
    const { primerMs } = this.#options;
    while (this.#silenceMs < primerMs) this.#writeSilence();
    this.#opening = setInterval(() => {
      if (this.#silenceMs - this.#takenMs < primerMs + maxOpeningMs) this.#writeSilence();
    }, blockMs);
  }

  #writeSilence(): void {
    this.#write(silence);
    this.#silenceMs += blockMs;
  }

  #write(samples: Int16Array): void {
    // The pipe keeps what it is given, and the caller's samples change: this is the one copy.
    this.#child?.stdin?.write(
      Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    );
    this.#writtenMs += blockMs;
  }

  /** Lines of `key=value`; `out_time_us` is what the output was given since the beginning. */
  #readProgress(text: string): void {
    const lines = (this.#openLine + text).split('\n');
    this.#openLine = lines.pop() ?? '';
    for (const line of lines) {
      const [key, value] = line.split('=');
      if (key === 'out_time_us') this.#taken(Number(value) / 1000);
    }
  }

  #taken(ms: number): void {
    if (!(ms > this.#takenMs)) return;
    this.#takenMs = ms;
    if (!this.#ready && ms >= this.#options.readyMs) {
      this.#ready = true;
      clearInterval(this.#opening);
      this.#events?.ready();
    }
    const playedMs = ms - this.#silenceMs + this.#droppedMs;
    if (playedMs > 0) this.#events?.played(playedMs);
  }

  #end(reason: unknown): void {
    const events = this.#events;
    this.#events = undefined;
    clearInterval(this.#opening);
    events?.ended(
      reason instanceof VedetteError
        ? reason
        : new VedetteError('sound/device-lost', { device: this.#options.device, detail: String(reason) }),
    );
  }
}
