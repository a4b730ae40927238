import { z } from 'zod';
import { Secret } from '../../log.ts';
import { ffmpegSource } from './ffmpeg-source.ts';
import type { CameraKind } from './kind.ts';
import { readable } from './prepared.ts';
import { remoteStream } from './remote-stream.ts';
import { decodeArgs, turnArgs, turnOptions } from './turn.ts';

/** The keys of `kind: rtsp` in a profile. */
export const rtspOptions = z.strictObject({
  url: z
    .string()
    .regex(/^rtsps?:\/\/\S+$/, 'an address that begins with rtsp:// or rtsps://')
    .meta({ writeOnly: true })
    .transform((url) => new Secret(url))
    .describe('rtsp://user:password@host:554/path; a secret, with its password'),
  ...turnOptions,
});

/** A camera that sends nothing for so long is gone: microseconds. */
const silenceUs = 5_000_000;
/** Looking longer at the stream than its own description needs would only delay the first picture: microseconds. */
const analyzeUs = 500_000;

/**
 * A network camera. Its H.264 and MJPEG are passed through, anything else is decoded. TCP only: a lost packet of
 * UDP would spoil every picture up to the next keyframe, for all viewers.
 */
export const rtspCamera: CameraKind<typeof rtspOptions> = {
  kind: 'rtsp',
  options: rtspOptions,
  open: (options) => {
    const stream = remoteStream({
      url: options.url,
      options: {
        rtsp_transport: 'tcp',
        allowed_media_types: 'video',
        timeout: String(silenceUs),
        analyzeduration: String(analyzeUs),
      },
      device: 'the RTSP camera',
    });
    const decoded = () => ffmpegSource({ ...stream, outputArgs: decodeArgs(options) });
    return turnArgs(options) ? decoded() : readable(() => ffmpegSource(stream), decoded);
  },
};
