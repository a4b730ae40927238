import { readdir, readFile } from 'node:fs/promises';
import { listEncoders, spawnFfmpeg } from '../ffmpeg.ts';
import type { VideoCodec } from '../frame.ts';
import type { EncoderRow } from './encoder.ts';
import { h264V4l2m2m, libx264 } from './h264.ts';
import { libvpx } from './vp8.ts';

/** By codec, the software encoder that always does. */
const software: Readonly<Record<VideoCodec, EncoderRow>> = { H264: libx264, VP8: libvpx };

let hardwareTrial: Promise<boolean> | undefined;

/**
 * The encoder for a codec on this machine: hardware where it was tried and works, else software. Tried once; where
 * the kernel shows no encoder this costs a look into /sys. Whether ffmpeg has the software encoder shows when it
 * starts (`ffmpeg/no-encoder`): asking ahead would cost every first viewer 100 ms.
 *
 * @throws VedetteError `ffmpeg/missing`
 */
export async function chooseEncoder(codec: VideoCodec): Promise<EncoderRow> {
  if (codec === 'H264') {
    hardwareTrial ??= tryHardware();
    if (await hardwareTrial) return h264V4l2m2m;
  }
  return software[codec];
}

/** Encodes a few frames where the kernel has an encoder at all; a driver that lists one may still refuse. */
async function tryHardware(): Promise<boolean> {
  if (!(await kernelHasEncoder())) return false;
  if (!(await listEncoders()).has(h264V4l2m2m.encoder)) return false;
  const target = { width: 640, height: 480, frameRate: 30, bitrateBps: 500_000 };
  const ffmpeg = spawnFfmpeg([
    ...['-f', 'lavfi', '-i', `color=size=${target.width}x${target.height}:rate=${target.frameRate}`],
    ...['-frames:v', '5', ...h264V4l2m2m.args(target), '-f', 'null', '-'],
  ]);
  ffmpeg.stdout.resume();
  const tooLong = setTimeout(() => void ffmpeg.stop(), 3000);
  const { code } = await ffmpeg.gone;
  clearTimeout(tooLong);
  return code === 0;
}

const videoDevices = '/sys/class/video4linux';

async function kernelHasEncoder(): Promise<boolean> {
  const devices = await readdir(videoDevices).catch(() => []);
  const names = await Promise.all(
    devices.map((device) => readFile(`${videoDevices}/${device}/name`, 'utf8').catch(() => '')),
  );
  // bcm2835-codec-encode on the Pi, `…-enc` and `…-codec` elsewhere.
  return names.some((name) => /enc|codec/i.test(name));
}
