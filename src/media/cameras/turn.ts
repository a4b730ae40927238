import { z } from 'zod';

/** The keys by which any camera's picture is turned; they stand beside a kind's own. */
export const turnOptions = {
  rotate: z
    .literal([0, 90, 180, 270])
    .default(0)
    .describe('Degrees, clockwise: how the picture is turned for one that hangs askew'),
  flip: z
    .enum(['none', 'horizontal', 'vertical', 'both'])
    .default('none')
    .describe('Mirrors it, after it was turned'),
};

/** How a picture is turned. */
export interface Turn {
  readonly rotate: 0 | 90 | 180 | 270;
  readonly flip: 'none' | 'horizontal' | 'vertical' | 'both';
}

const rotations = {
  0: [],
  90: ['transpose=clock'],
  180: ['hflip', 'vflip'],
  270: ['transpose=cclock'],
} as const;
const flips = {
  none: [],
  horizontal: ['hflip'],
  vertical: ['vflip'],
  both: ['hflip', 'vflip'],
} as const;

/** Decodes, and hands on what the encoders take as it is, with its times untouched. */
const rawArgs = [
  '-fps_mode',
  'passthrough',
  '-enc_time_base',
  '1/1000000',
  '-c:v',
  'rawvideo',
  // With threads of its own, the writer of raw pictures would hold back one a thread.
  '-threads',
  '1',
  '-pix_fmt',
  'yuv420p',
];
/** yuv420p has a colour for each two by two pixels. */
const evenSides = 'crop=trunc(iw/2)*2:trunc(ih/2)*2';

/** ffmpeg's output options for a picture that is decoded, turned, and handed on raw. */
export function decodeArgs({ rotate, flip }: Turn): string[] {
  return ['-vf', [...rotations[rotate], ...flips[flip], evenSides].join(','), ...rawArgs];
}

/** The same, or `undefined` where the picture is not turned, so that it need not be decoded. */
export function turnArgs(turn: Turn): string[] | undefined {
  return turn.rotate === 0 && turn.flip === 'none' ? undefined : decodeArgs(turn);
}
