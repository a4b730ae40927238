import { type FileHandle, open, rm } from 'node:fs/promises';
import type {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  Output,
  StreamTargetChunk,
} from 'mediabunny';
import { type EncodedFrame, sampleRate } from '../media/frame.ts';
import { type PictureFormat, pictureFormat } from '../media/picture-size.ts';
import { fileMode } from './whole-file.ts';

/** Loaded with the first clip, not with the program. */
const load = () => import('mediabunny');
type Library = Awaited<ReturnType<typeof load>>;

/** How long a microphone may take to give its first packet, and how long it may pause, before a clip goes on without. */
const soundGraceMs = 2_000;
/** What waits for a slow disk; then frames are left out up to a keyframe. */
const maxQueuedBytes = 24 * 1024 * 1024;
/** Of a picture whose successor is not known. */
const usualFrameMs = 1000 / 30;
const soundPacketMs = 20;

/** The parts of an output that is being written. */
interface Writing {
  readonly library: Library;
  readonly output: Output;
  readonly video: EncodedVideoPacketSource;
  readonly audio: EncodedAudioPacketSource | undefined;
  readonly file: FileHandle;
}

export interface ClipWriterOptions {
  /** Of the file to write; its ending is made by {@link clipEnding}. */
  readonly path: string;
  /** Packets of sound are to be expected. */
  readonly sound: boolean;
  /** Asked before the file is made: has the disk room for it? */
  readonly mayWrite: () => Promise<boolean>;
  /** The disk does not take it, or the camera's picture has changed its size: it takes nothing any more. */
  readonly over: () => void;
}

/** The disk's reserve is reached; whoever keeps it has told so. */
export class NoRoomError extends Error {}

/** The container of a codec: what browsers play as a file. */
export function clipEnding(codec: EncodedFrame['codec']): 'mp4' | 'webm' {
  return codec === 'H264' ? 'mp4' : 'webm';
}

/**
 * One file of encoded frames, as they are: fragmented MP4 for H.264, WebM for VP8, with Opus. Begins with the first
 * keyframe it is given. Frames are taken at once and written behind the caller's back.
 */
export class ClipWriter {
  readonly #options: ClipWriterOptions;
  readonly #queue: EncodedFrame[] = [];
  #queuedBytes = 0;
  #format: PictureFormat | undefined;
  #firstMs = 0;
  #lastPictureMs = 0;
  #newestPictureMs = 0;
  #soundSeen = false;
  #soundWrittenMs = 0;
  #soundOver: boolean;
  #skipping = false;
  #finishing = false;
  #closed = false;
  #made = false;
  #failure: unknown;
  #writing: Writing | undefined;
  #pumping: Promise<void> = Promise.resolve();
  #busy = false;
  #again = false;

  constructor(options: ClipWriterOptions) {
    this.#options = options;
    this.#soundOver = !options.sound;
  }

  /** True when there is a picture. */
  get begun(): boolean {
    return this.#format !== undefined;
  }

  /** The disk does not take it. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Capture time of its first picture. */
  get firstMs(): number {
    return this.#firstMs;
  }

  /** Takes a frame; pictures and sound in the order of their capture, each kind for itself. */
  add(frame: EncodedFrame): void {
    if (this.#finishing || this.#closed) return;
    if (frame.codec === 'opus' ? !this.#takesSound(frame) : !this.#takesPicture(frame)) return;
    this.#queue.push(frame);
    this.#queuedBytes += frame.data.length;
    this.#pump();
  }

  /**
   * Writes what is left and closes the file, synced.
   * @returns false where there is no picture in it; the file is gone then.
   * @throws what the disk says; the file is gone then.
   */
  async finish(): Promise<boolean> {
    if (this.#closed) return false;
    this.#finishing = true;
    // The last round may have ended without the one who waits for it: then there is one more.
    while (this.#busy) await this.#pumping;
    this.#pump();
    await this.#pumping;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      if (!this.#writing) return false;
      await this.#writing.output.finalize();
      await this.#writing.file.sync();
      await this.#writing.file.close();
      this.#closed = true;
      this.#writing = undefined;
      return true;
    } finally {
      await this.abandon();
    }
  }

  /** Gives it up: the file goes. Does nothing where it is finished. Never throws. */
  async abandon(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue.length = 0;
    await this.#pumping;
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing && writing.output.state === 'started') await writing.output.cancel().catch(ignore);
    await writing?.file.close().catch(ignore);
    // A file that was there before is somebody else's.
    if (this.#made) await rm(this.#options.path, { force: true }).catch(ignore);
  }

  #takesSound({ captureMs }: EncodedFrame): boolean {
    if (this.#soundOver || !this.#format || captureMs < this.#firstMs) return false;
    this.#soundSeen = true;
    return true;
  }

  #takesPicture(frame: EncodedFrame): boolean {
    const format = pictureFormat(frame);
    if (!this.#format) {
      if (!format) return false;
      this.#format = format;
      this.#firstMs = frame.captureMs;
      this.#soundWrittenMs = frame.captureMs;
    } else if (format && !same(format, this.#format)) {
      // A container describes its pictures once, at its beginning.
      this.#finishing = true;
      this.#options.over();
      return false;
    }
    if (this.#queuedBytes > maxQueuedBytes) this.#skipping = true;
    else if (frame.keyframe) this.#skipping = false;
    this.#newestPictureMs = frame.captureMs;
    return !this.#skipping;
  }

  #pump(): void {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#pumping = this.#drainAll()
      .catch((error: unknown) => {
        this.#failure = error;
        this.#finishing = true;
        this.#queue.length = 0;
        this.#options.over();
      })
      .finally(() => {
        this.#busy = false;
      });
  }

  /** What comes while it is at work is its work as well. */
  async #drainAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#drain();
    }
  }

  async #drain(): Promise<void> {
    if (!this.#format) return;
    if (!this.#writing) {
      const silentMs = this.#newestPictureMs - this.#firstMs;
      const waits = !this.#soundOver && !this.#soundSeen && silentMs < soundGraceMs;
      if (waits && !this.#finishing) return;
      if (!this.#soundSeen) this.#soundOver = true;
      this.#writing = await this.#open(this.#format);
    }
    const { library, video, audio } = this.#writing;
    for (let frame = this.#queue.shift(); frame && !this.#closed; frame = this.#queue.shift()) {
      this.#queuedBytes -= frame.data.length;
      if (frame.codec !== 'opus') await video.add(...this.#picturePacket(library, frame, this.#format));
      else if (!this.#soundOver) await audio?.add(this.#soundPacket(library, frame), audioMeta);
      if (frame.codec === 'opus') this.#soundWrittenMs = frame.captureMs;
      else if (audio && !this.#soundOver && frame.captureMs - this.#soundWrittenMs > soundGraceMs) {
        // A container waits for its slowest track: one that is silent would keep all pictures in memory.
        this.#soundOver = true;
        audio.close();
      }
    }
  }

  #picturePacket(
    { EncodedPacket: Packet }: Library,
    frame: EncodedFrame,
    { width, height, codec }: PictureFormat,
  ): Parameters<EncodedVideoPacketSource['add']> {
    const sinceFirst = Math.max(
      frame.captureMs - this.#firstMs,
      this.#lastPictureMs > 0 ? this.#lastPictureMs + 1 : 0,
    );
    const lasts = this.#lastPictureMs > 0 ? sinceFirst - this.#lastPictureMs : usualFrameMs;
    this.#lastPictureMs = sinceFirst;
    const packet = new Packet(frame.data, frame.keyframe ? 'key' : 'delta', sinceFirst / 1000, lasts / 1000);
    return [packet, { decoderConfig: { codec, codedWidth: width, codedHeight: height } }];
  }

  #soundPacket({ EncodedPacket: Packet }: Library, { data, captureMs }: EncodedFrame): EncodedPacket {
    return new Packet(data, 'key', (captureMs - this.#firstMs) / 1000, soundPacketMs / 1000);
  }

  async #open({ codec }: PictureFormat): Promise<Writing> {
    const library = await load();
    if (!(await this.#options.mayWrite())) throw new NoRoomError('the disk has no room left');
    const file = await open(this.#options.path, 'wx', fileMode);
    this.#made = true;
    try {
      const mp4 = codec !== 'vp8';
      const output = new library.Output({
        format: mp4
          ? new library.Mp4OutputFormat({ fastStart: 'fragmented' })
          : new library.WebMOutputFormat({}),
        target: new library.StreamTarget(fileSink(file)),
      });
      const video = new library.EncodedVideoPacketSource(mp4 ? 'avc' : 'vp8');
      output.addVideoTrack(video);
      const audio = this.#soundOver ? undefined : new library.EncodedAudioPacketSource('opus');
      if (audio) output.addAudioTrack(audio);
      await output.start();
      return { library, output, video, audio, file };
    } catch (error) {
      await file.close().catch(ignore);
      throw error;
    }
  }
}

/**
 * The header of Opus in a container (RFC 7845, 5.1): mono, as all sound of Vedette. Nothing is skipped at its
 * beginning, for a clip begins in the middle of a stream; capture times count the encoder's delay already.
 */
const opusHead = Uint8Array.of(...Buffer.from('OpusHead'), 1, 1, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0);
const audioMeta = {
  decoderConfig: { codec: 'opus', numberOfChannels: 1, sampleRate, description: opusHead },
};

/** Where a container is written to: it goes back to its beginning at the end, so positions matter. */
export function fileSink(file: FileHandle): WritableStream<StreamTargetChunk> {
  return new WritableStream({
    async write({ data, position }) {
      for (let at = 0; at < data.length; ) {
        const { bytesWritten } = await file.write(data, at, data.length - at, position + at);
        at += bytesWritten;
      }
    },
  });
}

function same(one: PictureFormat, other: PictureFormat): boolean {
  return one.codec === other.codec && one.width === other.width && one.height === other.height;
}

function ignore(): void {
  // What is given up need not be told twice.
}
