import { z } from 'zod';
import { blockSamples, sampleRate } from '../../frame.ts';
import { preferredPulse } from '../pulse.ts';
import { FfmpegMicrophone, liveInput } from './ffmpeg-microphone.ts';
import type { MicrophoneKind } from './kind.ts';

/** 20 ms of s16le: what the server hands over at once, instead of the second that it would gather. */
const fragmentBytes = 2 * blockSamples;

export const PulseMicrophoneOptions = z.strictObject({
  source: z
    .string()
    .min(1)
    .default('auto')
    .describe(
      "A source's name (pactl list short sources), or auto: the echo-cancelled one if there is one, else the default",
    ),
});

/** A source of PulseAudio, or of PipeWire in its place. */
export const pulseMicrophone: MicrophoneKind<typeof PulseMicrophoneOptions> = {
  kind: 'pulse',
  options: PulseMicrophoneOptions,
  open: ({ source }) =>
    new FfmpegMicrophone({
      device: `pulse ${source}`,
      inputArgs: async () => [
        ...liveInput,
        ...['-f', 'pulse', '-name', 'vedette', '-channels', '1', '-sample_rate', String(sampleRate)],
        ...['-fragment_size', String(fragmentBytes)],
        ...['-i', source === 'auto' ? await preferredPulse('sources') : source],
      ],
    }),
};
