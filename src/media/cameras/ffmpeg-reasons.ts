import { type ErrorCode, VedetteError } from '../../errors.ts';

/** What ffmpeg and the C library call it, and what it means of a camera. The first that is found counts. */
const reasons: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  [/Device or resource busy/, 'camera/busy'],
  [/Permission denied/, 'camera/denied'],
  // ENODEV, and what a stream of a device that is just vanishing says.
  [/No such device|DQBUF\): Input\/output error/, 'camera/lost'],
  [/Inappropriate ioctl for device|Not a video capture device/, 'v4l2/not-a-camera'],
  [/401 Unauthorized|403 Forbidden/, 'camera/unauthorized'],
  [/404 Not Found/, 'camera/no-such-stream'],
  [
    /Connection (?:refused|timed out|reset by peer)|No route to host|Network is unreachable|resolve hostname|Operation timed out/,
    'camera/unreachable',
  ],
  [/No such file or directory/, 'camera/not-found'],
];

/** The reason that ffmpeg's last lines tell, or `undefined` where they tell none that we know. Pure. */
export function reasonOf(lastLines: readonly string[], device: string): VedetteError | undefined {
  for (const [pattern, code] of reasons) {
    const found = lastLines.map((line) => pattern.exec(line)?.[0]).find((text) => text !== undefined);
    if (found !== undefined) return new VedetteError(code, { device, detail: found });
  }
  return undefined;
}
