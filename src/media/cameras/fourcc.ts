import type { NativeEncoding } from '../frame.ts';

/** FFmpeg's pixel formats by what NUT calls them; those that cameras give or that are worth asking ffmpeg for. */
const rawFormats: Readonly<Record<string, string>> = {
  I420: 'yuv420p',
  Y42B: 'yuv422p',
  YUY2: 'yuyv422',
  UYVY: 'uyvy422',
  NV12: 'nv12',
  NV21: 'nv21',
  Y800: 'gray',
  BGRA: 'bgra',
  'BGR\0': 'bgr0',
  'RGB\x18': 'rgb24',
};

/** How a NUT stream's frames are packed, or undefined where Vedette does not read them. */
export function nativeOfFourcc(
  fourcc: string,
): { readonly encoding: NativeEncoding; readonly pixelFormat?: string } | undefined {
  if (fourcc === 'H264') return { encoding: 'h264' };
  if (fourcc === 'MJPG') return { encoding: 'mjpeg' };
  const pixelFormat = rawFormats[fourcc];
  return pixelFormat === undefined ? undefined : { encoding: 'raw', pixelFormat };
}

/** What NUT calls a native format, or undefined where it has no name we know. */
export function fourccOf(encoding: NativeEncoding, pixelFormat: string | undefined): string | undefined {
  if (encoding === 'h264') return 'H264';
  if (encoding === 'mjpeg') return 'MJPG';
  return Object.keys(rawFormats).find((fourcc) => rawFormats[fourcc] === pixelFormat);
}
