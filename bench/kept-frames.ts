import { readFile, writeFile } from 'node:fs/promises';
import type { MonotonicMs } from '../src/clock.ts';
import type { EncodedFrame } from '../src/media/frame.ts';
import type { EncodedStream } from '../src/media/stream.ts';

/** Encoded frames in a file, for processes that have no time to encode. */
export async function writeFrames(path: string, frames: readonly EncodedFrame[]): Promise<void> {
  const plain = frames.map(({ data, ...frame }) => ({
    ...frame,
    data: Buffer.from(data).toString('base64'),
  }));
  await writeFile(path, JSON.stringify(plain));
}

/** What {@link writeFrames} wrote. */
export async function readFrames(path: string): Promise<EncodedFrame[]> {
  const plain = JSON.parse(await readFile(path, 'utf8')) as (Omit<EncodedFrame, 'data'> & { data: string })[];
  return plain.map(({ data, ...frame }) => ({
    ...frame,
    data: Uint8Array.from(Buffer.from(data, 'base64')),
  }));
}

/** A stream that gives the same frames again and again as soon as somebody listens, as fast as they are taken. */
export function replayed(frames: readonly EncodedFrame[]): EncodedStream {
  return {
    codec: frames[0]?.codec ?? 'H264',
    keyframesOnDemand: true,
    listen(listener) {
      let stopped = false;
      void (async () => {
        for (const frame of frames) {
          if (stopped) return;
          listener({ ...frame, captureMs: frame.captureMs as MonotonicMs });
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      })();
      return () => {
        stopped = true;
      };
    },
    requestKeyframe() {},
  };
}
