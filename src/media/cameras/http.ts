import { z } from 'zod';
import { Secret } from '../../log.ts';
import { ffmpegSource } from './ffmpeg-source.ts';
import type { CameraKind } from './kind.ts';
import { readable } from './prepared.ts';
import { remoteStream } from './remote-stream.ts';
import { decodeArgs, turnArgs, turnOptions } from './turn.ts';

/** The keys of `kind: http` in a profile. */
export const httpOptions = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'an address that begins with http:// or https://')
    .meta({ writeOnly: true })
    .transform((url) => new Secret(url))
    .describe('http://user:password@host/video.mjpg; a secret, with its password'),
  frameRate: z
    .number()
    .min(0.2)
    .max(120)
    .default(15)
    .describe('Frames a second, as set in the camera: MJPEG over HTTP does not tell'),
  ...turnOptions,
});

/** A camera that sends nothing for so long is gone: microseconds. */
const silenceUs = 5_000_000;

/** A camera that sends JPEG pictures in one endless HTTP answer (`multipart/x-mixed-replace`). */
export const httpCamera: CameraKind<typeof httpOptions> = {
  kind: 'http',
  options: httpOptions,
  open: (options) => {
    const stream = remoteStream({
      url: options.url,
      // Its pictures carry no times: each gets that of its arrival.
      options: { rw_timeout: String(silenceUs), use_wallclock_as_timestamps: '1' },
      device: 'the HTTP camera',
    });
    const camera = { ...stream, frameRate: options.frameRate };
    const decoded = () => ffmpegSource({ ...camera, outputArgs: decodeArgs(options) });
    return turnArgs(options) ? decoded() : readable(() => ffmpegSource(camera), decoded);
  },
};
