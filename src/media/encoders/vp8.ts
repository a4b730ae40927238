import { type EncoderRow, rateArgs } from './encoder.ts';

/**
 * libvpx for a live stream. The negative `cpu-used` is a fixed speed; a positive one adapts to a frame rate that
 * libvpx takes from the time base, 90000/s here, and so never gets fast: 60 ms a frame at 1280x720 in place of 7.
 * No alternative reference frames and no lag, so each frame leaves before the next one comes; error resilience lets
 * a decoder go on behind a lost frame. One thread: libvpx's threads wait for each other by spinning, which on a busy
 * machine took five times the CPU and seconds of latency.
 */
export const libvpx: EncoderRow = {
  codec: 'VP8',
  encoder: 'libvpx',
  heldFrames: 0,
  args: (target) => [
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '-8', '-pix_fmt', 'yuv420p', '-threads', '1'],
    ...['-error-resilient', '1', '-auto-alt-ref', '0', '-lag-in-frames', '0'],
    ...rateArgs(target),
  ],
};
