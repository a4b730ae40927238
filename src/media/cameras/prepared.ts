import { VedetteError } from '../../errors.ts';
import type { CameraSink, CameraSource } from './kind.ts';

/**
 * A source that something must be found out for first. Whatever `prepare` throws is the reason why it ended; it is
 * told to give up by its signal.
 */
export function prepared(
  device: string,
  prepare: (signal: AbortSignal) => Promise<CameraSource>,
): CameraSource {
  const stopping = new AbortController();
  let opened: CameraSource | undefined;
  let preparing: Promise<void> | undefined;

  async function open(sink: CameraSink): Promise<void> {
    try {
      const source = await prepare(stopping.signal);
      if (stopping.signal.aborted) return;
      opened = source;
      source.start(sink);
    } catch (error) {
      if (stopping.signal.aborted) return;
      const known = error instanceof VedetteError;
      sink.ended(
        known ? error : new VedetteError('camera/ended', { device, detail: String(error) }, { cause: error }),
      );
    }
  }

  return {
    start: (sink) => {
      preparing = open(sink);
    },
    stop: async () => {
      stopping.abort();
      await preparing;
      await opened?.stop();
    },
  };
}

/**
 * The first source, unless it gives something that Vedette does not read: then another, told what it was, which makes
 * it readable. So what can be passed through is, without asking the camera beforehand.
 */
export function readable(open: () => CameraSource, openOther: (given: string) => CameraSource): CameraSource {
  let current: CameraSource | undefined;
  let stopped = false;
  return {
    start: (sink) => {
      current = open();
      current.start({
        format: (format) => sink.format(format),
        frame: (frame) => sink.frame(frame),
        ended: (reason) => {
          if (reason.code !== 'camera/unread-codec') return sink.ended(reason);
          if (stopped) return;
          current = openOther(String(reason.data.given));
          current.start(sink);
        },
      });
    },
    stop: async () => {
      stopped = true;
      await current?.stop();
    },
  };
}
