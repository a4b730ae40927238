import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { reasonOf } from './ffmpeg-reasons.ts';
import { ffmpegSource } from './ffmpeg-source.ts';
import type { CameraKind } from './kind.ts';
import { prepared, readable } from './prepared.ts';
import { decodeArgs, turnArgs, turnOptions } from './turn.ts';

/** The keys of `kind: file` in a profile. */
export const fileOptions = z.strictObject({
  path: z.string().min(1).describe('A video file'),
  ...turnOptions,
});

/**
 * MP4 and Matroska keep H.264 without start codes (`avc1`, ISO/IEC 14496-15). What reads ffmpeg's list gives them
 * start codes (Annex B), and so it is called by its own name.
 */
const withStartCodes = ['-c:v', 'copy', '-tag:v', 'H264'];

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
        inputArgs: ['-re', '-stream_loop', '-1', ...listArgs],
        inputText: listOf(file),
        times: 'arrival',
        device: options.path,
        explain: (lastLines: readonly string[]) => reasonOf(lastLines, options.path),
      } as const;
      const decoded = () => ffmpegSource({ ...camera, outputArgs: decodeArgs(options) });
      const passed = () => ffmpegSource({ ...camera, outputArgs: withStartCodes });
      if (turnArgs(options)) return decoded();
      return readable(
        () => ffmpegSource(camera),
        (given) => (given === '"avc1"' ? passed() : decoded()),
      );
    });
  },
};

const listArgs = ['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'pipe,file', '-i', 'pipe:0'];

/**
 * The file as ffmpeg's list of one: ffmpeg 5.1 ends its bitstream filters at the first end of a looped input, and
 * only a list's own filter begins anew. A quote inside quotes is written `'\''`.
 */
function listOf(file: string): string {
  return `ffconcat version 1.0\nfile 'file:${file.replaceAll("'", "'\\''")}'\n`;
}

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
