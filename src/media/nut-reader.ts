import { frameFlags, longHeaderBytes, nutCrc, nutMagic, nutStartcodes, startcodeByte } from './nut.ts';
import { NutCursor } from './nut-cursor.ts';
import {
  type FrameCode,
  type MainHeader,
  parseInfoFrameRate,
  parseMain,
  parseStream,
  parseSyncpoint,
  type StreamHeader,
} from './nut-headers.ts';

/** A header of more than this is not what ffmpeg writes: its largest is the main header of about 100 bytes. */
const maxHeaderBytes = 65_536;
/** A frame of more than this is a broken stream: 4096x2160 in 4:2:2 is 17.7 MB. */
const maxFrameBytes = 32 * 1024 * 1024;
/** How much of a chunk is looked at together with what was left over; longer than any frame header. */
const headWindowBytes = 128;

/** One stream of the container, as its header describes it. */
export interface NutStream {
  readonly kind: 'video' | 'audio' | 'other';
  /** As registered for NUT: `H264`, `MJPG`, `I420`, `YUY2`, `VP80`, `PSD\x10`, … (Latin-1). */
  readonly fourcc: string;
  /** Seconds in one tick of {@link NutPacket.pts}. */
  readonly timeBase: { readonly num: number; readonly den: number };
  /** The codec's own header (SPS and PPS for H.264), empty where it has none. */
  readonly codecData: Uint8Array;
  /** Pixels; 0 for sound. */
  readonly width: number;
  readonly height: number;
  /** Frames a second, where ffmpeg knows them. */
  readonly frameRate?: number;
  /** Samples a second and channels; 0 for video. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** One frame. `data` is a view of the chunk it came in, or a buffer of its own; the reader keeps neither. */
export interface NutPacket {
  readonly stream: number;
  /** Ticks of the stream's time base. */
  readonly pts: number;
  readonly keyframe: boolean;
  readonly data: Uint8Array;
}

/** What the bytes meant, in order. After `failure` nothing comes any more. */
export type NutItem =
  | { readonly type: 'streams'; readonly streams: readonly NutStream[] }
  | { readonly type: 'packet'; readonly packet: NutPacket }
  | { readonly type: 'failure'; readonly reason: string };

interface Filling {
  readonly stream: number;
  readonly pts: number;
  readonly keyframe: boolean;
  readonly data: Uint8Array;
  filled: number;
}

type Step =
  /** So many bytes of the window were used. */
  | { readonly used: number }
  /** More bytes are needed; at least so many altogether, where that is known. */
  | { readonly short: number };

/**
 * Reads NUT from a pipe: chunks in, items out. Total: whatever the bytes, {@link NutReader.push} returns, and
 * memory is bounded by the largest frame. It does not search for the next good packet behind a bad one: on a pipe
 * nothing is lost, so anything odd means that the two ends disagree, and the process is started anew.
 */
export class NutReader {
  #rest = new Uint8Array(0);
  #skip = 0;
  #needed = 0;
  #filling: Filling | undefined;
  #state: 'magic' | 'headers' | 'frames' | 'failed' = 'magic';
  #main: MainHeader | undefined;
  #streams: (StreamHeader & { lastPts: number; frameRate?: number })[] = [];
  #items: NutItem[] = [];

  /** Takes the next bytes and gives what they complete. The chunk must not be written to afterwards. */
  push(chunk: Uint8Array): readonly NutItem[] {
    this.#items = [];
    let at = 0;
    while (at < chunk.length && this.#state !== 'failed') {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
      } else if (this.#filling) {
        at += this.#fill(this.#filling, chunk.subarray(at));
      } else if (this.#rest.length > 0) {
        at += this.#continueRest(chunk.subarray(at));
      } else {
        const step = this.#step(chunk.subarray(at));
        if ('used' in step) at += step.used;
        else {
          this.#keep(new Uint8Array(chunk.subarray(at)), step.short);
          at = chunk.length;
        }
      }
    }
    return this.#items;
  }

  /** Joins what was left over with as little of the chunk as will do, so that frames' data is copied once. */
  #continueRest(chunk: Uint8Array): number {
    const kept = this.#rest.length;
    const wanted = Math.max(headWindowBytes, this.#needed - kept);
    const taken = Math.min(wanted, chunk.length);
    const joined = new Uint8Array(kept + taken);
    joined.set(this.#rest);
    joined.set(chunk.subarray(0, taken), kept);
    const step = this.#step(joined);
    if ('short' in step) {
      this.#keep(joined, step.short);
      return taken;
    }
    this.#rest = new Uint8Array(0);
    this.#needed = 0;
    if (step.used < kept) {
      // Only a header the window did not need whole could end before the new bytes; what is left stays a rest.
      this.#rest = joined.slice(step.used, kept);
      return 0;
    }
    return step.used - kept;
  }

  #keep(rest: Uint8Array<ArrayBuffer>, needed: number): void {
    if (rest.length > maxHeaderBytes + longHeaderBytes) return void this.#fail('a header is too long');
    this.#rest = rest;
    this.#needed = needed;
  }

  #fill(filling: Filling, chunk: Uint8Array): number {
    const taken = Math.min(filling.data.length - filling.filled, chunk.length);
    filling.data.set(chunk.subarray(0, taken), filling.filled);
    filling.filled += taken;
    if (filling.filled === filling.data.length) {
      this.#filling = undefined;
      const { stream, pts, keyframe, data } = filling;
      this.#items.push({ type: 'packet', packet: { stream, pts, keyframe, data } });
    }
    return taken;
  }

  #fail(reason: string): Step {
    this.#state = 'failed';
    this.#rest = new Uint8Array(0);
    this.#filling = undefined;
    this.#items.push({ type: 'failure', reason });
    return { used: 0 };
  }

  #step(window: Uint8Array): Step {
    if (this.#state === 'magic') return this.#readMagic(window);
    if (window[0] === startcodeByte) return this.#readHeader(window);
    return this.#readFrame(window);
  }

  #readMagic(window: Uint8Array): Step {
    const length = Math.min(window.length, nutMagic.length);
    for (let at = 0; at < length; at += 1) {
      if (window[at] !== nutMagic[at]) return this.#fail('this is not NUT');
    }
    if (length < nutMagic.length) return { short: nutMagic.length };
    this.#state = 'headers';
    return { used: nutMagic.length };
  }

  #readHeader(window: Uint8Array): Step {
    const cursor = new NutCursor(window);
    const high = cursor.u32();
    const low = cursor.u32();
    const forward = cursor.v();
    if (cursor.state === 'bad') return this.#fail('a header has no length');
    if (forward > longHeaderBytes) cursor.u32();
    if (cursor.state === 'short') return { short: window.length + 1 };
    const begin = cursor.at;
    const is = ([first, second]: readonly [number, number]) => high === first && low === second;
    const known = this.#state === 'frames';
    const wanted =
      (is(nutStartcodes.main) && !this.#main) ||
      (is(nutStartcodes.stream) && !known) ||
      (is(nutStartcodes.info) && !known) ||
      is(nutStartcodes.syncpoint);
    if (!wanted) {
      if (!Object.values(nutStartcodes).some(is)) return this.#fail('an unknown header');
      this.#skip = forward;
      return { used: begin };
    }
    if (forward > maxHeaderBytes) return this.#fail('a header is too long');
    const end = begin + forward;
    if (end > window.length) return { short: end };
    if (nutCrc(window.subarray(begin, end)) !== 0) return this.#fail('a header is damaged');
    const body = new NutCursor(window.subarray(begin, Math.max(begin, end - 4)));
    const reason = this.#takeHeader(body, is);
    return reason === undefined ? { used: end } : this.#fail(reason);
  }

  /** Gives why the header cannot be used, where it cannot. */
  #takeHeader(body: NutCursor, is: (code: readonly [number, number]) => boolean): string | undefined {
    if (is(nutStartcodes.main)) {
      this.#main = parseMain(body);
      return this.#main ? undefined : 'the main header is not understood';
    }
    const main = this.#main;
    if (!main) return 'the main header is missing';
    if (is(nutStartcodes.stream)) {
      const stream = parseStream(body, main);
      if (!stream || stream.id !== this.#streams.length) return 'a stream header is not understood';
      this.#streams.push({ ...stream, lastPts: 0 });
      return undefined;
    }
    if (is(nutStartcodes.info)) {
      const rate = parseInfoFrameRate(body);
      const stream = rate && this.#streams[rate.stream];
      if (stream) stream.frameRate = rate.frameRate;
      return undefined;
    }
    const time = parseSyncpoint(body, main);
    if (!time) return 'a syncpoint is not understood';
    for (const stream of this.#streams) {
      const ticks =
        (time.ticks * time.timeBase.num * stream.timeBase.den) / (time.timeBase.den * stream.timeBase.num);
      stream.lastPts = Math.floor(ticks);
    }
    return this.#beginFrames(main);
  }

  #beginFrames(main: MainHeader): string | undefined {
    if (this.#state === 'frames') return undefined;
    if (this.#streams.length !== main.streamCount) return 'a stream header is missing';
    this.#state = 'frames';
    const streams = this.#streams.map(({ id: _id, ptsShift: _shift, lastPts: _last, ...stream }) => stream);
    this.#items.push({ type: 'streams', streams });
    return undefined;
  }

  #readFrame(window: Uint8Array): Step {
    const main = this.#main;
    if (this.#state !== 'frames' || !main) return this.#fail('a frame comes before the headers');
    const cursor = new NutCursor(window);
    const head = parseFrameHead(cursor, main, this.#streams);
    if (cursor.state === 'short') {
      // Every field of a frame's head fits the window many times; a longer one never ends.
      return window.length > headWindowBytes * 4
        ? this.#fail('a frame has no end of its head')
        : { short: 0 };
    }
    if (cursor.state === 'bad' || typeof head === 'string') {
      return this.#fail(typeof head === 'string' ? head : 'a frame is not understood');
    }
    const stream = this.#streams[head.stream];
    if (stream) stream.lastPts = head.pts;
    const begin = cursor.at;
    const end = begin + head.bytes;
    if (head.elided.length === 0 && end <= window.length) {
      const { stream: index, pts, keyframe } = head;
      this.#items.push({
        type: 'packet',
        packet: { stream: index, pts, keyframe, data: window.subarray(begin, end) },
      });
      return { used: end };
    }
    const data = Buffer.allocUnsafeSlow(head.elided.length + head.bytes);
    data.set(head.elided);
    const filling = {
      stream: head.stream,
      pts: head.pts,
      keyframe: head.keyframe,
      data,
      filled: head.elided.length,
    };
    this.#filling = filling;
    return { used: begin + this.#fill(filling, window.subarray(begin)) };
  }
}

interface FrameHead {
  readonly stream: number;
  readonly pts: number;
  readonly keyframe: boolean;
  /** Bytes that follow. */
  readonly bytes: number;
  /** Bytes every such frame begins with, which were left out. */
  readonly elided: Uint8Array;
}

function parseFrameHead(
  cursor: NutCursor,
  main: MainHeader,
  streams: readonly (StreamHeader & { readonly lastPts: number })[],
): FrameHead | string {
  const code: FrameCode | undefined = main.codes[cursor.u8()];
  if (!code) return 'an invalid frame code';
  let flags = code.flags;
  if (flags & frameFlags.coded) flags ^= cursor.v();
  if (flags & frameFlags.invalid) return 'an invalid frame code';
  const streamId = flags & frameFlags.streamId ? cursor.v() : code.stream;
  const codedPts = flags & frameFlags.codedPts ? cursor.v() : undefined;
  let bytes = code.sizeLsb;
  if (flags & frameFlags.sizeMsb) bytes += code.sizeMul * cursor.v();
  if (flags & frameFlags.matchTime) cursor.s();
  let headerIndex = flags & frameFlags.headerIndex ? cursor.v() : code.headerIndex;
  const reserved = flags & frameFlags.reserved ? cursor.v() : code.reserved;
  for (let count = 0; count < reserved && cursor.state === 'ok'; count += 1) cursor.v();
  if (flags & frameFlags.checksum) cursor.u32();
  if (cursor.state !== 'ok') return 'a frame is cut short';
  if (flags & frameFlags.sideData) return 'side data is not understood';
  const stream = streams[streamId];
  if (!stream) return 'a frame of an unknown stream';
  // Elision is for small packets only: nutenc leaves large ones whole.
  if (bytes > longHeaderBytes) headerIndex = 0;
  const elided = main.elisions[headerIndex];
  if (!elided || elided.length > bytes) return 'a frame of an unknown beginning';
  if (bytes > maxFrameBytes) return 'a frame is too large';
  return {
    stream: streamId,
    pts: fullPts(codedPts, stream, code.ptsDelta),
    keyframe: (flags & frameFlags.keyframe) !== 0,
    bytes: bytes - elided.length,
    elided,
  };
}

/** A coded time is the low bits of the time nearest the last one, or, from 2^shift on, the whole time. */
function fullPts(
  coded: number | undefined,
  { lastPts, ptsShift }: { readonly lastPts: number; readonly ptsShift: number },
  delta: number,
): number {
  if (coded === undefined) return lastPts + delta;
  const span = 2 ** ptsShift;
  if (coded >= span) return coded - span;
  const from = lastPts - Math.floor((span - 1) / 2);
  return from + ((((coded - from) % span) + span) % span);
}
