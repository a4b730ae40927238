import { type EncoderRow, rateArgs } from './encoder.ts';

/**
 * x264 for a live stream: constrained baseline, which every browser decodes; no B-frames, no look-ahead, no frame
 * threads (`zerolatency`), so each frame leaves before the next one comes. `ultrafast` keeps 1280x720 at 30/s within
 * two slow cores. Slices over two threads halve the time of a frame and delay nothing.
 */
export const libx264: EncoderRow = {
  codec: 'H264',
  encoder: 'libx264',
  heldFrames: 0,
  args: (target) => [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'],
    ...['-pix_fmt', 'yuv420p', '-threads', '2', '-x264-params', 'scenecut=0', '-forced-idr', '1'],
    ...rateArgs(target),
  ],
};

/** The encoder in a Raspberry Pi 3, 4 and Zero 2 and other boards, by the kernel's memory-to-memory devices. */
export const h264V4l2m2m: EncoderRow = {
  codec: 'H264',
  encoder: 'h264_v4l2m2m',
  // Its queue of buffers; the first frame comes out when some are filled.
  heldFrames: 8,
  args: (target) => ['-c:v', 'h264_v4l2m2m', '-pix_fmt', 'yuv420p', ...rateArgs(target)],
};
