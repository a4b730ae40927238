import { systemClock } from '../../src/clock.ts';
import { VedetteError } from '../../src/errors.ts';
import type { CameraSink, CameraSource } from '../../src/media/cameras/kind.ts';
import type { NativeFormat, NativeFrame } from '../../src/media/frame.ts';

const tiny: NativeFormat = { encoding: 'raw', pixelFormat: 'yuv420p', width: 64, height: 48, frameRate: 30 };

/** A camera that a test plugs in, unplugs and lets hang; each `open()` is one run. */
export class ScriptedCamera {
  format: NativeFormat;
  plugged = true;
  /** Runs that were opened and not stopped. */
  running = 0;
  opened = 0;
  #sink: CameraSink | undefined;

  constructor(format: NativeFormat = tiny) {
    this.format = format;
  }

  open = (): CameraSource => {
    let stopped = false;
    return {
      start: (sink) => {
        this.opened += 1;
        this.running += 1;
        queueMicrotask(() => {
          if (stopped) return;
          if (!this.plugged) return sink.ended(new VedetteError('camera/not-found', { device: 'it' }));
          this.#sink = sink;
          sink.format(this.format);
        });
      },
      stop: () => {
        if (!stopped) this.running -= 1;
        stopped = true;
        return Promise.resolve();
      },
    };
  };

  /** Gives a frame now, or one of one's own. */
  give(frame: Partial<NativeFrame> = {}): void {
    const data = frame.data ?? new Uint8Array((this.format.width * this.format.height * 3) / 2);
    this.#sink?.frame({ keyframe: true, captureMs: systemClock.now(), ...frame, data });
  }

  unplug(): void {
    this.plugged = false;
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.ended(new VedetteError('camera/lost', { device: 'it' }));
  }
}
