import { VedetteError } from '../errors.ts';
import type { CameraStatus } from '../protocol/events.ts';
import type { Camera } from './camera.ts';
import { fourccOf } from './cameras/fourcc.ts';
import { describeExit, spawnFfmpeg } from './ffmpeg.ts';
import type { NativeFormat, NativeFrame } from './frame.ts';
import { NutWriter } from './nut-writer.ts';

/** A camera that is off opens, and gives a keyframe, within this. */
const deadlineMs = 12_000;
/** JPEG's quality by ffmpeg's scale, 2 (best) to 31: no visible loss. */
const quality = '3';

/**
 * A JPEG of what a camera sees now: an MJPEG frame as it is, all else through one conversion by ffmpeg.
 *
 * @param feed what to call it in errors
 * @throws VedetteError `camera/no-frame`, `camera/private`, `ffmpeg/missing`
 */
export async function takeSnapshot(camera: Camera, feed: string): Promise<Uint8Array> {
  const { format, frame } = await nextPicture(camera, feed);
  const picture = format.encoding === 'mjpeg' ? frame.data : await convert(format, frame, feed);
  // One that was taken, but not handed out before privacy began, is not handed out.
  if (camera.status.state === 'private') throw new VedetteError('camera/private', { feed });
  return picture;
}

interface Picture {
  readonly format: NativeFormat;
  readonly frame: NativeFrame;
}

function nextPicture(camera: Camera, feed: string): Promise<Picture> {
  const { promise, resolve, reject } = Promise.withResolvers<Picture>();
  const look = ({ state }: CameraStatus) => {
    if (state === 'private') reject(new VedetteError('camera/private', { feed }));
  };
  look(camera.status);
  const forget = camera.onStatus(look);
  const release = camera.use({
    format: () => {},
    frame: (frame) => {
      if (frame.keyframe && camera.format) resolve({ format: camera.format, frame });
    },
  });
  if (camera.format && camera.newestKeyframe) {
    resolve({ format: camera.format, frame: camera.newestKeyframe });
  }
  const timer = setTimeout(() => {
    const { status } = camera;
    const reason = status.state === 'away' ? status.reason : `the camera is ${status.state}`;
    reject(new VedetteError('camera/no-frame', { feed, seconds: deadlineMs / 1000, reason }));
  }, deadlineMs);
  return promise.finally(() => {
    clearTimeout(timer);
    forget();
    release();
  });
}

async function convert(format: NativeFormat, frame: NativeFrame, feed: string): Promise<Uint8Array> {
  const fourcc = fourccOf(format.encoding, format.pixelFormat) ?? '';
  const writer = new NutWriter({ ...format, fourcc });
  const ffmpeg = spawnFfmpeg(
    [
      ...['-probesize', '32', '-analyzeduration', '0', '-f', 'nut', '-i', 'pipe:0', '-frames:v', '1'],
      ...['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', quality, '-f', 'image2pipe', 'pipe:1'],
    ],
    { fed: true },
  );
  const chunks: Buffer[] = [];
  ffmpeg.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const tooLong = setTimeout(() => void ffmpeg.stop(), deadlineMs);
  ffmpeg.stdin?.write(writer.headers());
  ffmpeg.stdin?.write(writer.frameHead(0, true, frame.data.length));
  ffmpeg.stdin?.end(frame.data);
  const exit = await ffmpeg.gone;
  clearTimeout(tooLong);
  if (chunks.length === 0) {
    const reason = describeExit(exit, ffmpeg.lastLines());
    throw new VedetteError('camera/no-frame', { feed, seconds: deadlineMs / 1000, reason });
  }
  return Buffer.concat(chunks);
}
