import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { reasonOf } from './ffmpeg-reasons.ts';
import { ffmpegSource } from './ffmpeg-source.ts';
import type { CameraKind, CameraSource } from './kind.ts';
import { prepared } from './prepared.ts';
import { turnArgs, turnOptions } from './turn.ts';
import { type ChosenFormat, chooseFormat } from './v4l2-choose.ts';
import { checkControls } from './v4l2-controls.ts';
import { probeCamera, resolveDevice, setControls } from './v4l2-devices.ts';

/** The keys of `kind: v4l2` in a profile. Size, rate and format are wishes: the driver gives what comes nearest. */
export const v4l2Options = z.strictObject({
  device: z
    .string()
    .min(1)
    .default('auto')
    .describe('/dev/video0, a name of /dev/v4l/by-id, or auto: the first camera there is'),
  width: z.int().min(16).max(8192).default(1280).describe('Pixels'),
  height: z.int().min(16).max(8192).default(720),
  frameRate: z.number().min(0.2).max(240).default(30).describe('Frames a second'),
  format: z
    .string()
    .regex(/^\w+$/)
    .default('auto')
    .describe("auto, h264, mjpeg, raw, or one of ffmpeg's pixel formats (yuyv422)"),
  controls: z
    .record(z.string().regex(/^\w+$/), z.union([z.int(), z.boolean().transform(Number)]))
    .default({})
    .describe('Names and values as vedette devices lists them, set each time the camera starts'),
  ...turnOptions,
});
export type V4l2Options = z.output<typeof v4l2Options>;

/** A camera of Linux's own: USB webcams, capture cards, and whatever else is a `/dev/video*`. */
export const v4l2Camera: CameraKind<typeof v4l2Options> = {
  kind: 'v4l2',
  options: v4l2Options,
  open: (options) => prepared(options.device, (signal) => openDevice(options, signal)),
};

async function openDevice(options: V4l2Options, signal: AbortSignal): Promise<CameraSource> {
  const device = await resolveDevice(options.device, signal);
  const { formats, controls } = await probeCamera(device, signal);
  const chosen = chooseFormat(formats, options);
  if (!chosen) {
    const known = formats.map((format) => format.name).join(', ') || 'none that Vedette can read';
    throw new VedetteError('camera/no-such-format', { device, format: options.format, known });
  }
  // Without v4l2-ctl no control is known, and setting one says so.
  if (controls.length > 0) checkControls(options.controls, controls, device);
  await setControls(device, options.controls, signal);
  const turned = turnArgs(options);
  return ffmpegSource({
    inputArgs: inputArgs(device, chosen),
    ...(turned ? { outputArgs: turned } : {}),
    times: 'monotonic',
    frameRate: chosen.frameRate,
    device,
    explain: (lastLines) => reasonOf(lastLines, device),
  });
}

function inputArgs(device: string, { inputFormat, width, height, frameRate }: ChosenFormat): string[] {
  const size = `${width}x${height}`;
  // Its frames are whole, so nothing is gained by looking at many of them before the first is handed on.
  const atOnce = ['-analyzeduration', '0', '-probesize', '32'];
  const format = ['-input_format', inputFormat, '-video_size', size, '-framerate', String(frameRate)];
  return ['-f', 'v4l2', ...atOnce, ...format, '-i', device];
}
