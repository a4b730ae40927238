import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { VedetteError } from '../../../errors.ts';
import { blockMs } from '../pacer.ts';
import { wavHeader, wavHeaderBytes } from '../wav.ts';
import type { SpeakerDevice, SpeakerEvents, SpeakerKind } from './kind.ts';

export const FileSpeakerOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe(
      'A .wav file, or else raw s16le, 48 kHz mono. What is there already stays; sound is added behind it',
    ),
});

/** Writes down what it should play. */
export const fileSpeaker: SpeakerKind<typeof FileSpeakerOptions> = {
  kind: 'file',
  options: FileSpeakerOptions,
  open: ({ path }) => new FileSpeaker(path),
};

class FileSpeaker implements SpeakerDevice {
  readonly #path: string;
  readonly #isWav: boolean;
  #events: SpeakerEvents | undefined;
  #file: number | undefined;
  #bytes = 0;
  #playedMs = 0;

  constructor(path: string) {
    this.#path = path;
    this.#isWav = path.toLowerCase().endsWith('.wav');
  }

  start(events: SpeakerEvents): void {
    this.#events = events;
    queueMicrotask(() => {
      if (this.#events && this.#try(() => this.#open())) this.#events.ready();
    });
  }

  play(samples: Int16Array): void {
    const data = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    const written = this.#try(() => {
      if (this.#file === undefined) return;
      this.#bytes += writeSync(this.#file, data, 0, data.length, this.#bytes);
      // Kept true block by block, so that the file can be read whenever and however we end.
      this.#writeHeader(this.#file);
    });
    if (!written) return;
    this.#playedMs += blockMs;
    this.#events?.played(this.#playedMs);
  }

  stop(): Promise<void> {
    this.#events = undefined;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    return Promise.resolve();
  }

  #open(): void {
    const file = openOrCreate(this.#path);
    this.#file = file;
    this.#bytes = fstatSync(file).size;
    if (this.#isWav) this.#bytes = Math.max(this.#bytes, wavHeaderBytes);
    this.#writeHeader(file);
  }

  #writeHeader(file: number): void {
    if (this.#isWav) writeSync(file, wavHeader(this.#bytes - wavHeaderBytes), 0, wavHeaderBytes, 0);
  }

  /** Whether it went well; if not, this run is over. */
  #try(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      const events = this.#events;
      this.#events = undefined;
      const detail = error instanceof Error ? error.message : String(error);
      events?.ended(new VedetteError('sound/no-file', { file: this.#path, detail }));
      return false;
    }
  }
}

function openOrCreate(path: string): number {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return openSync(path, 'w+', 0o600);
    throw error;
  }
}
