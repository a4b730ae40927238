import { z } from 'zod';
import { FfmpegSpeaker } from './ffmpeg-speaker.ts';
import type { SpeakerKind } from './kind.ts';

/** Two of the 40 ms that ffmpeg reads at once: while one plays, the next is on its way. */
const primerMs = 80;

export const AlsaSpeakerOptions = z.strictObject({
  device: z
    .string()
    .min(1)
    .default('default')
    .describe("ALSA's name: default, plughw:1,0, sysdefault:CARD=Device; vedette devices lists them"),
});

/** A sound card through ALSA. */
export const alsaSpeaker: SpeakerKind<typeof AlsaSpeakerOptions> = {
  kind: 'alsa',
  options: AlsaSpeakerOptions,
  open: ({ device }) =>
    new FfmpegSpeaker({
      device: `alsa ${device}`,
      outputArgs: () => Promise.resolve(['-f', 'alsa', device]),
      primerMs,
      readyMs: primerMs / 2,
    }),
};
