import { z } from 'zod';
import { sampleRate } from '../../frame.ts';
import { FfmpegMicrophone, liveInput } from './ffmpeg-microphone.ts';
import type { MicrophoneKind } from './kind.ts';

export const AlsaMicrophoneOptions = z.strictObject({
  device: z
    .string()
    .min(1)
    .default('default')
    .describe("ALSA's name: default, plughw:1,0, sysdefault:CARD=Device; vedette devices lists them"),
  channels: z
    .union([z.literal(1), z.literal(2)])
    .default(1)
    .describe('As the device gives them; mixed to one. A bare hw: device may have nothing but 2'),
});

/** A sound card through ALSA. */
export const alsaMicrophone: MicrophoneKind<typeof AlsaMicrophoneOptions> = {
  kind: 'alsa',
  options: AlsaMicrophoneOptions,
  open: ({ device, channels }) =>
    new FfmpegMicrophone({
      device: `alsa ${device}`,
      inputArgs: () =>
        Promise.resolve([
          ...liveInput,
          ...['-f', 'alsa', '-channels', String(channels), '-sample_rate', String(sampleRate)],
          ...['-i', device],
        ]),
    }),
};
