import { z } from 'zod';
import type { NativeFormat } from './frame.ts';

const share = z.number().min(0).max(1);

/** A part of a camera's picture that nobody may see: shares of its width and height, from the upper left corner. */
export const Mask = z
  .strictObject({
    left: share.describe('Of the width: 0 is the left edge'),
    top: share.describe('Of the height: 0 is the upper edge'),
    width: share.describe('Of the width: 1 is all of it'),
    height: share.describe('Of the height: 1 is all of it'),
  })
  .refine(({ width, height }) => width > 0 && height > 0, 'a mask covers something');
export type Mask = z.output<typeof Mask>;

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A mask in pixels: grown to even edges, since colours are shared by pairs, and cut at the picture's edge. */
export function boxOf(mask: Mask, { width, height }: Pick<NativeFormat, 'width' | 'height'>): Box {
  const left = Math.floor((mask.left * width) / 2) * 2;
  const top = Math.floor((mask.top * height) / 2) * 2;
  const right = Math.min(width, Math.ceil(((mask.left + mask.width) * width) / 2) * 2);
  const bottom = Math.min(height, Math.ceil(((mask.top + mask.height) * height) / 2) * 2);
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/**
 * One plane of a raw picture. `across` and `down`: pixels of the picture that one sample stands for; `black`: the bytes
 * of a sample, or of the pair that is packed together.
 */
interface Plane {
  readonly across: number;
  readonly down: number;
  readonly black: readonly number[];
}

const luma: Plane = { across: 1, down: 1, black: [16] };

/** How FFmpeg's pixel formats lie in memory, and their black (ITU-R BT.601: 16 is black, 128 no colour). */
const layouts: Readonly<Record<string, readonly Plane[]>> = {
  yuv420p: [luma, { across: 2, down: 2, black: [128] }, { across: 2, down: 2, black: [128] }],
  yuv422p: [luma, { across: 2, down: 1, black: [128] }, { across: 2, down: 1, black: [128] }],
  nv12: [luma, { across: 2, down: 2, black: [128, 128] }],
  nv21: [luma, { across: 2, down: 2, black: [128, 128] }],
  yuyv422: [{ across: 2, down: 1, black: [16, 128, 16, 128] }],
  uyvy422: [{ across: 2, down: 1, black: [128, 16, 128, 16] }],
  gray: [{ across: 1, down: 1, black: [0] }],
  bgra: [{ across: 1, down: 1, black: [0, 0, 0, 255] }],
  bgr0: [{ across: 1, down: 1, black: [0, 0, 0, 0] }],
  rgb24: [{ across: 1, down: 1, black: [0, 0, 0] }],
};

/** True where {@link blacken} can do it. */
export function canBlacken({ encoding, pixelFormat }: NativeFormat): boolean {
  return encoding === 'raw' && pixelFormat !== undefined && pixelFormat in layouts;
}

/**
 * A copy of a raw picture with black boxes.
 * @returns undefined where the picture is shorter than its format says: better none than one that is not covered
 */
export function blacken(
  data: Uint8Array,
  { pixelFormat = '', width, height }: NativeFormat,
  boxes: readonly Box[],
): Uint8Array | undefined {
  const planes = layouts[pixelFormat];
  if (!planes) return undefined;
  const copy = Buffer.from(data);
  let begin = 0;
  for (const { across, down, black } of planes) {
    const stride = Math.ceil(width / across) * black.length;
    const rows = Math.ceil(height / down);
    if (begin + stride * rows > copy.length) return undefined;
    for (const box of boxes) {
      const from = Math.floor(box.left / across) * black.length;
      const to = Math.ceil((box.left + box.width) / across) * black.length;
      const fill = Buffer.from(black);
      for (let row = Math.floor(box.top / down); row < Math.ceil((box.top + box.height) / down); row += 1)
        if (to > from) copy.fill(fill, begin + row * stride + from, begin + row * stride + to);
    }
    begin += stride * rows;
  }
  return copy;
}
