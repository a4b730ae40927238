import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { Encoder } from './encoder.ts';
import { chooseEncoder } from './encoders/choose.ts';
import type { EncodedFrame, NativeFormat, NativeFrame, VideoCodec } from './frame.ts';

/** The first wait before a dead encoder is started again, doubled each time … */
const firstBackoffMs = 200;
/** … up to this: with its start, pictures are back within 10 s however often it died. */
const backoffCapMs = 5_000;
/** An encoder that gave this many frames was well: its next death counts as the first. */
const wellFrames = 150;

export interface EncodingOptions {
  readonly codec: VideoCodec;
  readonly format: NativeFormat;
  readonly log: Logger;
  readonly frame: (frame: EncodedFrame) => void;
  /** It ended by itself, and is started again after a wait. */
  readonly restart?: () => void;
}

/** Encodes one format into one codec for as long as it is wanted; an encoder that dies is started again. */
export class Encoding {
  readonly #options: EncodingOptions;
  #encoder: Encoder | undefined;
  #frames = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #gone: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: EncodingOptions) {
    this.#options = options;
  }

  /** The process that encodes, where there is one. */
  get pid(): number | undefined {
    return this.#encoder?.pid;
  }

  start(): void {
    if (this.#stopped) return;
    const { codec, format } = this.#options;
    const encoder = new Encoder(
      { codec, format },
      {
        frame: (frame) => {
          this.#frames += 1;
          this.#options.frame(frame);
        },
        ended: (reason) => this.#ended(encoder, reason),
      },
    );
    this.#encoder = encoder;
    chooseEncoder(codec).then(
      (row) => {
        this.#options.log.debug({ encoder: row.encoder, format }, 'an encoder starts');
        encoder.start(row);
      },
      (error: unknown) => this.#ended(encoder, error),
    );
  }

  write(frame: NativeFrame): void {
    this.#encoder?.write(frame);
  }

  requestKeyframe(): void {
    this.#encoder?.requestKeyframe();
  }

  /** Ends the process and resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await Promise.all([encoder?.stop(), this.#gone]);
  }

  #ended(encoder: Encoder, error: unknown): void {
    if (this.#encoder !== encoder) return;
    this.#encoder = undefined;
    this.#gone = encoder.stop();
    if (this.#frames >= wellFrames) this.#failures = 0;
    this.#frames = 0;
    const backoffMs = Math.min(backoffCapMs, firstBackoffMs * 2 ** this.#failures);
    const reason = error instanceof VedetteError ? error : undefined;
    // Said once, not for each try.
    if (this.#failures === 0) {
      const message = reason?.message ?? String(error);
      this.#options.log.warn({ code: reason?.code, lastLines: reason?.cause }, message);
    }
    this.#failures += 1;
    this.#options.restart?.();
    this.#timer = setTimeout(() => this.start(), backoffMs);
  }
}
