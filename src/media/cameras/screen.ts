import { z } from 'zod';
import { VedetteError } from '../../errors.ts';
import { reasonOf } from './ffmpeg-reasons.ts';
import { ffmpegSource } from './ffmpeg-source.ts';
import type { CameraKind } from './kind.ts';
import { decodeArgs, turnOptions } from './turn.ts';

/** The keys of `kind: screen` in a profile. */
export const screenOptions = z.strictObject({
  display: z
    .string()
    .regex(/^[\w.-]*:\d+(?:\.\d+)?$/, 'an X display like ":0"')
    .optional()
    .describe('The X display; $DISPLAY if not given'),
  size: z
    .string()
    .regex(/^\d{2,4}x\d{2,4}$/, 'a size like 1280x720')
    .optional()
    .describe('Pixels, as 1280x720; the whole screen if not given'),
  left: z.int().min(0).default(0).describe('Where the upper left corner is, pixels'),
  top: z.int().min(0).default(0),
  frameRate: z.number().min(0.2).max(60).default(15).describe('Frames a second'),
  ...turnOptions,
});

/** Its frames are whole, so nothing is gained by looking at many of them before the first is handed on. */
const atOnce = ['-analyzeduration', '0', '-probesize', '32'];

/** What is on an X screen: for machines that show their state on one. */
export const screenCamera: CameraKind<typeof screenOptions> = {
  kind: 'screen',
  options: screenOptions,
  open: (options) => {
    const { size, left, top, frameRate } = options;
    const display = options.display ?? process.env.DISPLAY ?? ':0';
    const sized = size === undefined ? [] : ['-video_size', size];
    return ffmpegSource({
      inputArgs: [
        '-f',
        'x11grab',
        ...atOnce,
        ...sized,
        '-framerate',
        String(frameRate),
        '-i',
        `${display}+${left},${top}`,
      ],
      outputArgs: decodeArgs(options),
      times: 'arrival',
      frameRate,
      device: `the screen ${display}`,
      explain: (lastLines) =>
        lastLines.some((line) => line.includes('Cannot open display'))
          ? new VedetteError('screen/no-display', { display })
          : reasonOf(lastLines, `the screen ${display}`),
    });
  },
};
