/**
 * Run in the guest: opens a V4L2 camera once and prints what arrives, a JSON line each. Ends with its stdin.
 *
 * Argument: the camera's options as JSON.
 */
import { systemClock } from '../../../src/clock.ts';
import { v4l2Camera } from '../../../src/media/cameras/v4l2.ts';

const print = (line: unknown) => console.log(JSON.stringify(line));
const source = v4l2Camera.open(v4l2Camera.options.parse(JSON.parse(process.argv[2] ?? '{}')));
source.start({
  format: (format) => print({ format }),
  frame: ({ data, captureMs }) => print({ bytes: data.length, captureMs, nowMs: systemClock.now() }),
  ended: ({ code, message }) => print({ ended: code, message }),
});
process.stdin.resume().once('end', () => source.stop());
