import type { NativeEncoding, NativeFormat } from '../frame.ts';
import type { OfferedFormat, OfferedSize, Span } from './v4l2-formats.ts';

/** What the profile would like; the driver has the last word. */
export interface FormatWish {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly frameRate: number;
  /** `auto`, an encoding, or one of ffmpeg's pixel format names. */
  readonly format: string;
}

/** A driver's format at one size and rate. */
export interface ChosenFormat extends NativeFormat {
  /** For `ffmpeg -input_format`. */
  readonly inputFormat: string;
}

/** H.264 needs no encoder at all, MJPEG a decoder, raw pictures the most of a USB bus. */
const encodingOrder: readonly NativeEncoding[] = ['h264', 'mjpeg', 'raw'];
/** What the encoders take as it is comes first, then what needs the least conversion. */
const rawOrder = ['yuv420p', 'nv12', 'yuyv422', 'uyvy422', 'yuv422p', 'rgb24', 'bgr24', 'gray'];

/** Costs are in octaves: twice the pixels, or half the rate, cost 1 and more. */
const sizeWeight = 1;
/** A squeezed or cropped picture is worse than a smaller one. */
const aspectWeight = 4;
/** Too few frames are seen at once. */
const slowWeight = 1;
/** Too many only cost computing time. */
const fastWeight = 0.25;
/** Costs this near are equal, and the encoding decides: 29.97 for 30, 15.0 for 15.015. */
const costTolerance = 0.02;

/** The offer nearest to the wish, or `undefined` where the wished format is not offered at all. Pure. */
export function chooseFormat(offers: readonly OfferedFormat[], wish: FormatWish): ChosenFormat | undefined {
  const candidates = offers
    .filter((offer) => wish.format === 'auto' || wish.format === offer.encoding || wish.format === offer.name)
    .flatMap((offer) => offer.sizes.map((size) => candidateOf(offer, size, wish)));
  const cheapest = Math.min(...candidates.map((candidate) => candidate.cost));
  return candidates
    .filter((candidate) => candidate.cost <= cheapest + costTolerance)
    .sort((a, b) => rank(a.format) - rank(b.format) || a.cost - b.cost)[0]?.format;
}

function candidateOf(
  offer: OfferedFormat,
  size: OfferedSize,
  wish: FormatWish,
): { readonly cost: number; readonly format: ChosenFormat } {
  const width = nearest(size.width, wish.width);
  const height = nearest(size.height, wish.height);
  // A listing without rates promises none: the wish is asked for, and counts as met.
  const rates =
    size.rates.length > 0 ? size.rates.map((span) => nearest(span, wish.frameRate)) : [wish.frameRate];
  const frameRate = rates.reduce((best, rate) =>
    rateCost(rate, wish.frameRate) < rateCost(best, wish.frameRate) ? rate : best,
  );
  return {
    cost:
      sizeWeight * octaves(width * height, wish.width * wish.height) +
      aspectWeight * octaves(width / height, wish.width / wish.height) +
      rateCost(frameRate, wish.frameRate),
    format: {
      encoding: offer.encoding,
      ...(offer.encoding === 'raw' ? { pixelFormat: offer.name } : {}),
      inputFormat: offer.name,
      width,
      height,
      frameRate,
    },
  };
}

function rateCost(rate: number, wish: number): number {
  return (rate < wish ? slowWeight : fastWeight) * octaves(rate, wish);
}

function octaves(a: number, b: number): number {
  return Math.abs(Math.log2(a / b));
}

function nearest({ min, max, step }: Span, wish: number): number {
  const inside = Math.min(Math.max(wish, min), max);
  return step > 0 ? min + Math.floor((inside - min) / step) * step : inside;
}

function rank({ encoding, pixelFormat }: ChosenFormat): number {
  const raw = pixelFormat === undefined ? -1 : rawOrder.indexOf(pixelFormat);
  return encodingOrder.indexOf(encoding) * rawOrder.length + Math.max(0, raw);
}
