import { access, constants } from 'node:fs/promises';
import { z } from 'zod';
import { VedetteError } from '../../../errors.ts';
import { FfmpegMicrophone } from './ffmpeg-microphone.ts';
import type { MicrophoneKind } from './kind.ts';

export const FileMicrophoneOptions = z.strictObject({
  path: z.string().min(1).describe('Any file with sound that ffmpeg reads'),
  loop: z.boolean().default(true).describe('Begin again at its end'),
});

/** A sound file as a microphone, in real time. */
export const fileMicrophone: MicrophoneKind<typeof FileMicrophoneOptions> = {
  kind: 'file',
  options: FileMicrophoneOptions,
  open: ({ path, loop }) =>
    new FfmpegMicrophone({
      device: path,
      inputArgs: async () => {
        await access(path, constants.R_OK).catch((error: Error) => {
          throw new VedetteError('sound/no-file', { file: path, detail: error.message });
        });
        // `file:` keeps ffmpeg from taking a name like `concat:…` for a protocol.
        return [
          '-probesize',
          '5000000',
          '-re',
          ...(loop ? ['-stream_loop', '-1'] : []),
          '-i',
          `file:${path}`,
        ];
      },
    }),
};
