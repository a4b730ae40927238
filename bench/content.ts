import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** 2 Mbit/s, a keyframe each second. */
const picture = 'testsrc2=size=1280x720:rate=30:duration=10,noise=alls=12:allf=t';
const bitrate = '2M';
const encoderArgs = [
  ...['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'veryfast', '-tune', 'zerolatency'],
  // One slice a frame, for readers that take the next slice for the next frame.
  ...['-threads', '1', '-pix_fmt', 'yuv420p'],
  ...['-g', '30', '-keyint_min', '30', '-sc_threshold', '0'],
  ...['-b:v', bitrate, '-minrate', bitrate, '-maxrate', bitrate, '-bufsize', '1M'],
];

/** The same camera for every server: 10 s of 720p30 to be looped. */
export interface Content {
  readonly mp4: string;
  /** The same packets as a bare stream with start codes. */
  readonly annexB: string;
}

export async function makeContent(folder: string): Promise<Content> {
  const content = { mp4: join(folder, 'camera.mp4'), annexB: join(folder, 'camera.h264') };
  await ffmpeg(['-f', 'lavfi', '-i', picture, ...encoderArgs, content.mp4]);
  await ffmpeg(['-i', content.mp4, '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', content.annexB]);
  return content;
}

const ffmpeg = (args: readonly string[]) =>
  promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { timeout: 120_000 });
