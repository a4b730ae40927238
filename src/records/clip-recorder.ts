import { join } from 'node:path';
import type { Clock, MonotonicMs } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { EncodedFrame } from '../media/frame.ts';
import type { Release } from '../media/stream.ts';
import type { ClipFeed } from './clip-feed.ts';
import { ClipWriter, clipEnding, NoRoomError } from './clip-writer.ts';
import { ContinuousRecording } from './continuous.ts';
import type { KeptFile, KeptFiles } from './kept-files.ts';
import { partEnding, putInPlace } from './whole-file.ts';

const defaultBeforeMs = 10_000;
const defaultAfterMs = 10_000;
/** However often a clip is extended: ten minutes are a file that a phone still loads. */
const maxClipMs = 600_000;

export interface ClipRequest {
  readonly feed: ClipFeed;
  /** Of the event it is a clip of. */
  readonly event: string;
  /** How much of the time before, where the pre-roll reaches back so far; 10 s unless told. */
  readonly beforeMs?: number;
  /** 10 s unless told. */
  readonly afterMs?: number;
}

/** A clip that is being recorded. */
export interface ClipInWork {
  /** Its name when it is whole and in its place; undefined where there is none. Never rejects. */
  readonly clip: Promise<string | undefined>;
  /** It goes on for so long from now, at the least. */
  extend(ms: number): void;
  /** It ends now, whole. */
  stop(): void;
}

export interface ClipRecorderOptions {
  readonly files: KeptFiles;
  /** May a clip be begun, or is the disk too full? */
  readonly mayRecord: () => Promise<boolean>;
  /** A clip is whole and in its place. */
  readonly finished: (file: KeptFile) => Promise<void>;
  /** The disk does not take clips; undefined: it did. */
  readonly trouble: (sentence: string | undefined) => void;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Writes clips of feeds, as they are encoded, beside whatever viewers do. */
export class ClipRecorder {
  readonly #options: ClipRecorderOptions;
  readonly #inWork = new Set<{ stop(): void; readonly done: Promise<unknown> }>();
  /** Clips that go on, by event and feed. */
  readonly #going = new Map<string, ClipInWork>();
  #stopped = false;

  constructor(options: ClipRecorderOptions) {
    this.#options = options;
  }

  /**
   * Begins a clip; its first frames are in memory already. One of the same event and feed that goes on is extended and
   * answered instead; after one that has ended there is another of the next free name.
   */
  record({ feed, event, beforeMs = defaultBeforeMs, afterMs = defaultAfterMs }: ClipRequest): ClipInWork {
    const { clock, files } = this.#options;
    const stem = `${event}.${feed.name}`;
    const going = this.#going.get(stem);
    if (going) {
      going.extend(afterMs);
      return going;
    }
    const name = files.take(stem, clipEnding(feed.video.codec));
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const startedMs = clock.now();
    let timer: NodeJS.Timeout | undefined;
    let endMs = 0;
    let over = false;
    const end = () => {
      if (!over) this.#going.delete(stem);
      over = true;
      clearTimeout(timer);
      resolve();
    };
    const extend = (ms: number) => {
      if (over) return;
      endMs = Math.max(endMs, Math.min(clock.now() + ms, startedMs + maxClipMs));
      clearTimeout(timer);
      timer = setTimeout(end, Math.max(0, endMs - clock.now()));
    };
    extend(afterMs);
    const clip = ended.then(async () => {
      for (const release of releases) release();
      return this.#finish(writer, name);
    });
    const clipInWork = { clip, extend, stop: end };
    this.#going.set(stem, clipInWork);
    const writer = this.#writer(name, feed, end);
    const releases = follow(feed, writer, (startedMs - beforeMs) as MonotonicMs);
    if (!writer.begun) feed.video.requestKeyframe();
    if (this.#stopped) end();
    const inWork = { stop: end, done: clip };
    this.#inWork.add(inWork);
    void clip.then(() => this.#inWork.delete(inWork));
    return clipInWork;
  }

  /** Records a feed all the time, in segments of five minutes, until the returned function is called. */
  continuous(feed: ClipFeed): Release {
    const recording = new ContinuousRecording(feed, {
      begin: (over) => {
        const { files, newId } = this.#options;
        const name = files.take(`${newId()}.${feed.name}.segment`, clipEnding(feed.video.codec));
        return { name, writer: this.#writer(name, feed, over) };
      },
      finish: (name, writer) => this.#finish(writer, name),
    });
    recording.start();
    const inWork = {
      stop: () => recording.stop(),
      get done() {
        return recording.finished();
      },
    };
    this.#inWork.add(inWork);
    return () => {
      recording.stop();
      void recording.finished().then(() => this.#inWork.delete(inWork));
    };
  }

  /** Ends every clip in work, whole, and resolves when they are in their place. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const all = [...this.#inWork];
    for (const inWork of all) inWork.stop();
    await Promise.all(all.map(({ done }) => done));
  }

  #writer(name: string, feed: ClipFeed, over: () => void): ClipWriter {
    const path = join(this.#options.files.folder, `${name}${partEnding}`);
    return new ClipWriter({ path, sound: feed.audio !== undefined, mayWrite: this.#options.mayRecord, over });
  }

  async #finish(writer: ClipWriter, name: string): Promise<string | undefined> {
    const { files, log, finished, trouble } = this.#options;
    const path = join(files.folder, name);
    try {
      if (!(await writer.finish())) return undefined;
      await putInPlace(`${path}${partEnding}`, path);
      const file = await files.add(name);
      trouble(undefined);
      await finished(file);
      return name;
    } catch (error) {
      log.warn({ err: error, clip: name }, 'a clip could not be kept');
      if (error instanceof NoRoomError) return undefined;
      trouble(`clips cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    } finally {
      files.release(name);
    }
  }
}

/** Gives a writer what the pre-roll has since `sinceMs`, and then all that comes. */
function follow(feed: ClipFeed, writer: ClipWriter, sinceMs: MonotonicMs): readonly Release[] {
  const { video, audio, preRoll } = feed;
  const pictures = preRoll?.frames(sinceMs) ?? [];
  const sound = preRoll?.sound(pictures[0]?.captureMs ?? sinceMs) ?? [];
  const before = [...pictures, ...sound].sort((one, other) => one.captureMs - other.captureMs);
  for (const frame of before) writer.add(frame);
  const newer = (last: EncodedFrame | undefined) => (frame: EncodedFrame) => {
    // An encoder that lingered may give a frame to the pre-roll and again to us.
    if (frame.captureMs > (last?.captureMs ?? Number.NEGATIVE_INFINITY)) writer.add(frame);
  };
  return [video.listen(newer(pictures.at(-1))), ...(audio ? [audio.listen(newer(sound.at(-1)))] : [])];
}
