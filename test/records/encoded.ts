import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { MonotonicMs } from '../../src/clock.ts';
import { AccessUnits } from '../../src/media/annex-b.ts';
import type { Codec, EncodedFrame, VideoCodec } from '../../src/media/frame.ts';
import { NutReader } from '../../src/media/nut-reader.ts';
import { createOpusEncoder } from '../../src/media/sound/opus.ts';
import type { EncodedStream, Release } from '../../src/media/stream.ts';

const run = promisify(execFile);

export const frameRate = 10;

/** Real frames of ffmpeg's test picture, a keyframe a second, 100 ms apart from 0 on. */
export async function encodedPictures(
  codec: VideoCodec,
  seconds: number,
  size = '160x120',
): Promise<EncodedFrame[]> {
  const encoder =
    codec === 'H264'
      ? ['libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline']
      : ['libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-auto-alt-ref', '0', '-lag-in-frames', '0'];
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${frameRate}:duration=${seconds}`],
      ...[
        '-pix_fmt',
        'yuv420p',
        '-c:v',
        ...encoder,
        '-g',
        String(frameRate),
        '-f',
        'nut',
        '-write_index',
        '0',
        '-',
      ],
    ],
    { encoding: 'buffer', maxBuffer: 1e8 },
  );
  let units = new AccessUnits(new Uint8Array(0));
  const frames: EncodedFrame[] = [];
  for (const item of new NutReader().push(stdout)) {
    if (item.type === 'streams') units = new AccessUnits(item.streams[0]?.codecData ?? new Uint8Array(0));
    if (item.type !== 'packet') continue;
    const { data, keyframe } = item.packet;
    const frame = codec === 'H264' ? units.clean(data) : { data, keyframe };
    frames.push({ codec, ...frame, captureMs: ((frames.length * 1000) / frameRate) as MonotonicMs });
  }
  return frames;
}

/** Real packets of silence, 20 ms apart from 0 on. */
export async function encodedSilence(seconds: number): Promise<EncodedFrame[]> {
  const encoder = await createOpusEncoder();
  const frames = Array.from({ length: seconds * 50 }, (_, index) => ({
    codec: 'opus' as const,
    data: encoder.encode(new Int16Array(960)),
    keyframe: true,
    captureMs: (index * 20) as MonotonicMs,
  }));
  encoder.free();
  return frames;
}

/** A stream that gives what a test gives it. */
export class GivenStream implements EncodedStream {
  readonly codec: Codec;
  keyframesOnDemand = true;
  keyframesAsked = 0;
  readonly #listeners = new Set<(frame: EncodedFrame) => void>();

  constructor(codec: Codec) {
    this.codec = codec;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  listen(listener: (frame: EncodedFrame) => void): Release {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  requestKeyframe(): void {
    this.keyframesAsked += 1;
  }

  give(...frames: readonly EncodedFrame[]): void {
    for (const frame of frames) for (const listener of [...this.#listeners]) listener(frame);
  }
}

/** The same frame, so much later. */
export function later(frame: EncodedFrame, ms: number): EncodedFrame {
  return { ...frame, captureMs: (frame.captureMs + ms) as MonotonicMs };
}

/** In the order of their capture, as a feed gives them. */
export function inOrder(...frames: readonly (readonly EncodedFrame[])[]): EncodedFrame[] {
  return frames.flat().sort((one, other) => one.captureMs - other.captureMs);
}

/** What ffprobe finds in a file, every frame of it decoded. */
export async function probe(path: string) {
  const { stdout, stderr } = await run('ffprobe', [
    ...['-v', 'error', '-count_frames', '-of', 'json'],
    ...['-show_entries', 'stream=codec_name,width,height,start_time,nb_read_frames:format=duration', path],
  ]);
  const { streams, format } = JSON.parse(stdout) as {
    streams: {
      codec_name: string;
      width?: number;
      height?: number;
      start_time: string;
      nb_read_frames: string;
    }[];
    format: { duration: string };
  };
  const find = (sound: boolean) => {
    const found = streams.find(({ codec_name }) => (codec_name === 'opus') === sound);
    return found && { ...found, frames: Number(found.nb_read_frames), start: Number(found.start_time) };
  };
  return { video: find(false), sound: find(true), seconds: Number(format.duration), complaints: stderr };
}
