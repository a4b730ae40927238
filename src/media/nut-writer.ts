import { frameFlags, longHeaderBytes, mainFlagPipe, nutCrc, nutMagic, nutStartcodes } from './nut.ts';

/** Ticks a second of what we write: RTP's video clock (RFC 6184, 8.2.1), odd and even told apart (encoder.ts). */
export const nutTicksPerSecond = 90_000;
/** Low bits that could stand for a whole time; we always write the whole. */
const ptsShift = 7;
/** ffmpeg's largest; syncpoints nearer than this are not needed on a pipe. */
const maxDistance = 65_536;

/** What {@link NutWriter} describes in its headers. */
export interface NutVideo {
  /** As registered for NUT: `H264`, `MJPG`, `I420`, `YUY2`, … */
  readonly fourcc: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

/**
 * Writes one video stream as NUT for a pipe, in ticks of 1/90000 s. It writes version 4 with the `pipe` flag, so one
 * syncpoint is enough: ffmpeg's reader remembers every syncpoint it meets, about 100 bytes each, forever.
 */
export class NutWriter {
  readonly #video: NutVideo;
  #syncpointWritten = false;

  constructor(video: NutVideo) {
    this.#video = video;
  }

  /** The container's beginning, to be written first. */
  headers(): Uint8Array {
    return concat([
      nutMagic,
      header(nutStartcodes.main, mainBody()),
      header(nutStartcodes.stream, streamBody(this.#video)),
      header(nutStartcodes.info, frameRateBody(this.#video.frameRate)),
    ]);
  }

  /** What stands in front of a frame's data, which is to be written right behind it as it is. */
  frameHead(pts: number, keyframe: boolean, dataBytes: number): Uint8Array {
    const head = [0];
    const flags =
      (keyframe ? frameFlags.keyframe : 0) | frameFlags.codedPts | frameFlags.sizeMsb | frameFlags.checksum;
    putV(head, flags);
    putV(head, pts + 2 ** ptsShift);
    putV(head, dataBytes);
    putU32(head, nutCrc(Uint8Array.from(head)));
    if (this.#syncpointWritten) return Uint8Array.from(head);
    this.#syncpointWritten = true;
    const syncpoint: number[] = [];
    putV(syncpoint, pts);
    putV(syncpoint, 0);
    return concat([header(nutStartcodes.syncpoint, syncpoint), Uint8Array.from(head)]);
  }
}

function mainBody(): number[] {
  const body: number[] = [];
  putV(body, 4); // version
  putV(body, 0); // minor version
  putV(body, 1); // stream_count
  putV(body, maxDistance);
  putV(body, 1); // time_base_count
  putV(body, 1);
  putV(body, nutTicksPerSecond);
  // Code 0 spells everything out: its size is 0 + 1 * size_msb. All others stay unused.
  for (const [flags, count] of [
    [frameFlags.coded, 1],
    [frameFlags.invalid, 254],
  ] as const) {
    putV(body, flags);
    putV(body, 6); // fields told: pts, mul, stream, size, reserved, count
    putV(body, 0);
    putV(body, 1);
    putV(body, 0);
    putV(body, 0);
    putV(body, 0);
    putV(body, count);
  }
  putV(body, 0); // no elided beginnings
  putV(body, mainFlagPipe);
  return body;
}

function streamBody({ fourcc, width, height }: NutVideo): number[] {
  const body: number[] = [];
  putV(body, 0); // stream_id
  putV(body, 0); // video
  putText(body, fourcc);
  putV(body, 0); // time base
  putV(body, ptsShift);
  putV(body, nutTicksPerSecond); // max_pts_distance
  putV(body, 0); // decode_delay
  putV(body, 0); // stream_flags
  putV(body, 0); // codec_specific_data
  putV(body, width);
  putV(body, height);
  putV(body, 0); // sample_width: square or unknown
  putV(body, 0);
  putV(body, 0); // colorspace_type
  return body;
}

/** ffmpeg keeps a stream's frame rate as text in an info header; rate control and `-g` begin with it. */
function frameRateBody(frameRate: number): number[] {
  const body: number[] = [];
  putV(body, 1); // stream_id plus 1
  putV(body, 0); // no chapter
  putV(body, 0);
  putV(body, 0);
  putV(body, 1); // one entry
  putText(body, 'r_frame_rate');
  putV(body, 2); // s -1: text
  putText(body, `${Math.max(1, Math.round(frameRate * 1000))}/1000`);
  return body;
}

function header(startcode: readonly [number, number], body: readonly number[]): Uint8Array {
  const front: number[] = [];
  putU32(front, startcode[0]);
  putU32(front, startcode[1]);
  const forward = body.length + 4;
  if (forward > longHeaderBytes) throw new RangeError('a NUT header of ours is short');
  putV(front, forward);
  const back: number[] = [];
  putU32(back, nutCrc(Uint8Array.from(body)));
  return Uint8Array.from([...front, ...body, ...back]);
}

function putU32(out: number[], value: number): void {
  out.push(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function putV(out: number[], value: number): void {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    digits.push((left % 128) | 128);
  }
  out.push(...digits.reverse());
}

function putText(out: number[], text: string): void {
  putV(out, text.length);
  for (const char of text) out.push(char.charCodeAt(0) & 255);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
