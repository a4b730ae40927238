import { VedetteError } from '../errors.ts';
import type { CameraSource } from '../media/cameras/kind.ts';
import type { NativeFormat } from '../media/frame.ts';
import { NativeH264Judge } from '../media/native-h264.ts';

/** What a camera really gives. */
export interface CameraTrial {
  readonly format: NativeFormat;
  /** Why its own H.264 cannot go to viewers as it is; absent where it can, and for other formats. */
  readonly transcodedBecause?: string;
}

/** A network camera connects, a USB camera wakes up and exposes. */
const firstPictureMs = 12_000;
/** Keyframes further apart than 2 s are what this waits for to find out. */
const judgingMs = 3_000;

/**
 * Opens a camera, looks at its pictures and closes it.
 *
 * @param feed what to call it in errors
 * @throws VedetteError why there is no picture
 */
export async function tryCamera(source: CameraSource, feed: string): Promise<CameraTrial> {
  const { promise, resolve, reject } = Promise.withResolvers<CameraTrial>();
  const judge = new NativeH264Judge();
  let format: NativeFormat | undefined;
  let judging = false;
  let timer = setTimeout(
    () =>
      reject(
        new VedetteError('camera/no-frame', { feed, seconds: firstPictureMs / 1000, reason: 'it is silent' }),
      ),
    firstPictureMs,
  );
  source.start({
    format: (given) => {
      format = given;
    },
    frame: (frame) => {
      if (!format) return;
      const given = format;
      if (given.encoding !== 'h264') return resolve({ format: given });
      const verdict = judge.judge(frame);
      if (verdict.use === 'transcode') return resolve({ format: given, transcodedBecause: verdict.reason });
      if (verdict.use === 'native' && !judging) {
        judging = true;
        clearTimeout(timer);
        timer = setTimeout(() => resolve({ format: given }), judgingMs);
      }
    },
    ended: reject,
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await source.stop();
  }
}
