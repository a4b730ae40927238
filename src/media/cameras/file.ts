import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { reasonOf } from './ffmpegReasons.ts';
import { ffmpegSource } from './ffmpegSource.ts';
import type { CameraKind } from './kind.ts';
import { prepared, readable } from './prepared.ts';
import { decodeArgs, turnArgs, turnOptions } from './turn.ts';

/** The keys of `kind: file` in a profile. */
export const fileOptions = z.strictObject({
  /** A video file. */
  path: z.string().min(1),
  ...turnOptions,
});
export type FileOptions = z.output<typeof fileOptions>;

/** MP4 and Matroska keep H.264 without start codes (ISO/IEC 14496-15); ours has them (Annex B). */
const passH264 = ['-c:v', 'copy', '-bsf:v', 'h264_mp4toannexb'];

/** A video file, in real time and for ever from its beginning: for trials without a camera, and for tests. */
export const fileCamera: CameraKind<typeof fileOptions> = {
  kind: 'file',
  options: fileOptions,
  open: (options) => {
    // An absolute path: one that begins with a dash or a protocol's name is a file all the same.
    const file = path.resolve(options.path);
    return prepared(options.path, async () => {
      await assertReadable(file, options.path);
      const camera = {
        inputArgs: ['-re', '-stream_loop', '-1', '-i', `file:${file}`],
        times: 'arrival',
        device: options.path,
        explain: (lastLines: readonly string[]) =>
          lastLines.some((line) => line.includes('is not supported by the bitstream filter'))
            ? new VedetteError('camera/unread-codec', { device: options.path, given: 'no H.264' })
            : reasonOf(lastLines, options.path),
      } as const;
      const decoded = () => ffmpegSource({ ...camera, outputArgs: decodeArgs(options) });
      const passed = () => ffmpegSource({ ...camera, outputArgs: passH264 });
      return turnArgs(options) ? decoded() : readable(passed, decoded);
    });
  },
};

async function assertReadable(file: string, device: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    const denied = cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
    throw new VedetteError(
      denied ? 'camera/file-denied' : 'camera/file-missing',
      { path: device },
      { cause },
    );
  }
}
