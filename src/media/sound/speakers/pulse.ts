import { z } from 'zod';
import { preferredPulse } from '../pulse.ts';
import { FfmpegSpeaker } from './ffmpeg-speaker.ts';
import type { SpeakerKind } from './kind.ts';

/** What the server keeps for us: small, because all of it is delay. */
const bufferMs = 60;
/** 20 ms of s16le are enough for the server to begin. Left to itself it waits for what it may have made of the buffer. */
const prebufBytes = 1920;
/** Fills the server's buffer and one of ffmpeg's reads of 40 ms, with one more on the way. */
const primerMs = 160;
/** More than the buffer was taken: so the server plays. */
const readyMs = 120;

export const PulseSpeakerOptions = z.strictObject({
  sink: z
    .string()
    .min(1)
    .default('auto')
    .describe(
      "A sink's name (pactl list short sinks), or auto: the echo-cancelled one if there is one, else the default",
    ),
});

/** A sink of PulseAudio, or of PipeWire in its place. */
export const pulseSpeaker: SpeakerKind<typeof PulseSpeakerOptions> = {
  kind: 'pulse',
  options: PulseSpeakerOptions,
  open: ({ sink }) =>
    new FfmpegSpeaker({
      device: `pulse ${sink}`,
      outputArgs: async () => {
        const chosen = sink === 'auto' ? await preferredPulse('sinks') : sink;
        const device = chosen === 'default' ? [] : ['-device', chosen];
        return [
          '-f',
          'pulse',
          '-name',
          'vedette',
          '-buffer_duration',
          String(bufferMs),
          '-prebuf',
          String(prebufBytes),
          ...device,
          'talk',
        ];
      },
      primerMs,
      readyMs,
    }),
};
