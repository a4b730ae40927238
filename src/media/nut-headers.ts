import { frameFlags, mainFlagBroadcast, startcodeByte } from './nut.ts';
import type { NutCursor } from './nut-cursor.ts';

/** More streams or time bases than a device's ffmpeg ever writes. */
const maxStreams = 16;
const maxElisions = 128;

interface TimeBase {
  readonly num: number;
  readonly den: number;
}

/** What a frame's first byte stands for. */
export interface FrameCode {
  readonly flags: number;
  readonly stream: number;
  readonly sizeMul: number;
  readonly sizeLsb: number;
  readonly ptsDelta: number;
  readonly reserved: number;
  readonly headerIndex: number;
}

export interface MainHeader {
  readonly streamCount: number;
  readonly timeBases: readonly TimeBase[];
  /** By frame code; the codes that are no frame are undefined. */
  readonly codes: readonly (FrameCode | undefined)[];
  /** Beginnings that frames leave out; the first is empty. */
  readonly elisions: readonly Uint8Array[];
  readonly flags: number;
}

/** Reads the main header's body; undefined where it is not understood. */
export function parseMain(cursor: NutCursor): MainHeader | undefined {
  const version = cursor.v();
  if (version < 2 || version > 4) return undefined;
  if (version > 3) cursor.v(); // minor version
  const streamCount = cursor.v();
  cursor.v(); // max_distance, for those who seek
  const timeBaseCount = cursor.v();
  if (streamCount < 1 || streamCount > maxStreams) return undefined;
  if (timeBaseCount < 1 || timeBaseCount > maxStreams) return undefined;
  const timeBases: TimeBase[] = [];
  for (let index = 0; index < timeBaseCount; index += 1) {
    const num = cursor.v();
    const den = cursor.v();
    if (num === 0 || den === 0) return undefined;
    timeBases.push({ num, den });
  }
  const codes = parseCodes(cursor);
  if (!codes) return undefined;
  const elisions: Uint8Array[] = [new Uint8Array(0)];
  if (cursor.left > 0) {
    const count = cursor.v();
    if (count > maxElisions) return undefined;
    for (let index = 0; index < count; index += 1) elisions.push(new Uint8Array(cursor.vb()));
  }
  const flags = version > 3 && cursor.left > 0 ? cursor.v() : 0;
  if (cursor.state !== 'ok') return undefined;
  return { streamCount, timeBases, codes, elisions, flags };
}

/** The table of 256 frame codes, told as runs; each run changes what differs from the one before. */
function parseCodes(cursor: NutCursor): (FrameCode | undefined)[] | undefined {
  const codes: (FrameCode | undefined)[] = [];
  let ptsDelta = 0;
  let sizeMul = 1;
  let stream = 0;
  let headerIndex = 0;
  while (codes.length < 256) {
    const flags = cursor.v();
    const fields = cursor.v();
    if (fields > 0) ptsDelta = cursor.s();
    if (fields > 1) sizeMul = cursor.v();
    if (fields > 2) stream = cursor.v();
    const size = fields > 3 ? cursor.v() : 0;
    const reserved = fields > 4 ? cursor.v() : 0;
    const count = fields > 5 ? cursor.v() : sizeMul - size;
    if (fields > 6) cursor.s(); // match_time_delta
    if (fields > 7) headerIndex = cursor.v();
    for (let field = 8; field < fields && cursor.state === 'ok'; field += 1) cursor.v();
    if (cursor.state !== 'ok' || count < 1 || count > 256) return undefined;
    for (let index = 0; index < count && codes.length < 256; ) {
      if (codes.length === startcodeByte) {
        codes.push(undefined);
        continue;
      }
      const code = { flags, stream, sizeMul, sizeLsb: size + index, ptsDelta, reserved, headerIndex };
      codes.push(flags & frameFlags.invalid ? undefined : code);
      index += 1;
    }
  }
  return codes;
}

/** One stream as its header tells it. */
export interface StreamHeader {
  readonly id: number;
  readonly kind: 'video' | 'audio' | 'other';
  readonly fourcc: string;
  readonly timeBase: TimeBase;
  /** How many low bits of a time are told. */
  readonly ptsShift: number;
  readonly codecData: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly sampleRate: number;
  readonly channels: number;
}

/** Reads a stream header's body; undefined where it is not understood. */
export function parseStream(cursor: NutCursor, main: MainHeader): StreamHeader | undefined {
  const id = cursor.v();
  const streamClass = cursor.v();
  const fourcc = cursor.text();
  const timeBase = main.timeBases[cursor.v()];
  const ptsShift = cursor.v();
  cursor.v(); // max_pts_distance
  cursor.v(); // decode_delay
  cursor.v(); // stream_flags
  const codecData = new Uint8Array(cursor.vb());
  const kind = streamClass === 0 ? 'video' : streamClass === 1 ? 'audio' : 'other';
  let [width, height, sampleRate, channels] = [0, 0, 0, 0];
  if (kind === 'video') {
    width = cursor.v();
    height = cursor.v();
  } else if (kind === 'audio') {
    const num = cursor.v();
    const den = cursor.v();
    sampleRate = den === 0 ? 0 : num / den;
    channels = cursor.v();
  }
  if (cursor.state !== 'ok' || !timeBase || ptsShift > 16) return undefined;
  return { id, kind, fourcc, timeBase, ptsShift, codecData, width, height, sampleRate, channels };
}

/** Reads a syncpoint's time, from which the low bits of frames' times count on. */
export function parseSyncpoint(
  cursor: NutCursor,
  { timeBases, flags }: MainHeader,
): { readonly ticks: number; readonly timeBase: TimeBase } | undefined {
  const time = cursor.v();
  cursor.v(); // back_ptr, for those who seek
  if (flags & mainFlagBroadcast) cursor.v();
  const timeBase = timeBases[time % timeBases.length];
  if (cursor.state !== 'ok' || !timeBase) return undefined;
  return { ticks: Math.floor(time / timeBases.length), timeBase };
}

/** Finds `r_frame_rate` in an info header, where it is told for a stream. */
export function parseInfoFrameRate(
  cursor: NutCursor,
): { readonly stream: number; readonly frameRate: number } | undefined {
  const stream = cursor.v() - 1;
  cursor.s(); // chapter
  cursor.v();
  cursor.v();
  const count = cursor.v();
  for (let item = 0; item < count && cursor.state === 'ok'; item += 1) {
    const name = cursor.text();
    const type = cursor.s();
    if (type === -1) {
      const [num, den] = cursor.text().split('/').map(Number);
      const frameRate = (num ?? 0) / (den ?? 1);
      const sane = name === 'r_frame_rate' && frameRate > 0 && frameRate <= 1000;
      if (sane && stream >= 0 && cursor.state === 'ok') return { stream, frameRate };
    } else if (type === -2) {
      cursor.vb();
      cursor.vb();
    } else if (type === -3 || type < -4) cursor.s();
    else if (type === -4) cursor.v();
  }
  return undefined;
}
