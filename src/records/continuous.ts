import type { EncodedFrame } from '../media/frame.ts';
import type { Release } from '../media/stream.ts';
import type { ClipFeed } from './clip-feed.ts';
import type { ClipWriter } from './clip-writer.ts';

/** Of one file: what a power cut may cost at the most, and what goes at once when room is made. */
const segmentMs = 300_000;
/** A segment that the disk did not take is followed by the next one only after this long. */
const retryMs = 10_000;

interface Segment {
  readonly name: string;
  readonly writer: ClipWriter;
}

export interface ContinuousOptions {
  /** Makes the next segment; `over` is called where it takes nothing more. */
  readonly begin: (over: () => void) => Segment;
  readonly finish: (name: string, writer: ClipWriter) => Promise<unknown>;
}

/** A feed recorded without a pause: one file follows the other at a keyframe, and no frame is between. */
export class ContinuousRecording {
  readonly #feed: ClipFeed;
  readonly #options: ContinuousOptions;
  readonly #finishing = new Set<Promise<unknown>>();
  #segment: Segment | undefined;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #newestMs = 0;
  #releases: readonly Release[] = [];

  constructor(feed: ClipFeed, options: ContinuousOptions) {
    this.#feed = feed;
    this.#options = options;
  }

  start(): void {
    const { video, audio } = this.#feed;
    this.#releases = [
      video.listen((frame) => this.#picture(frame)),
      ...(audio ? [audio.listen((frame) => this.#segment?.writer.add(frame))] : []),
    ];
    video.requestKeyframe();
  }

  /** Ends the segment in work. Idempotent. */
  stop(): void {
    for (const release of this.#releases) release();
    this.#releases = [];
    this.#end();
  }

  /** Resolves when all that was ended is in its place. */
  async finished(): Promise<void> {
    await Promise.all(this.#finishing);
  }

  #picture(frame: EncodedFrame): void {
    this.#newestMs = frame.captureMs;
    const writer = this.#segment?.writer;
    const due = !writer || (writer.begun && frame.captureMs - writer.firstMs >= segmentMs);
    if (due && frame.captureMs >= this.#notBeforeMs) {
      if (frame.keyframe) this.#next();
      else this.#feed.video.requestKeyframe();
    }
    this.#segment?.writer.add(frame);
  }

  #next(): void {
    this.#end();
    const segment: Segment = this.#options.begin(() => {
      if (this.#segment !== segment) return;
      // Its picture changed, or the disk is full: the first is over at once, the second may take a while.
      this.#notBeforeMs = this.#newestMs + (segment.writer.failed ? retryMs : 0);
      this.#end();
    });
    this.#segment = segment;
  }

  #end(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (!segment) return;
    const finishing = this.#options.finish(segment.name, segment.writer);
    this.#finishing.add(finishing);
    void finishing.finally(() => this.#finishing.delete(finishing));
  }
}
