import type { VedetteError } from '../../errors.ts';
import type { NativeFormat, NativeFrame } from '../frame.ts';
import { type Box, blacken, boxOf, canBlacken, type Mask } from '../masks.ts';
import type { CameraSink, CameraSource } from './kind.ts';
import { MaskFilter } from './mask-filter.ts';

/**
 * A source whose masked parts are black before anybody sees a frame: viewers, clips, pictures and detectors of motion
 * all stand behind it. Raw pictures are covered in place; others are decoded for it, and come out raw. Where covering
 * fails, the run of the camera ends.
 */
export function masked(source: CameraSource, masks: readonly Mask[]): CameraSource {
  return masks.length === 0 ? source : new MaskedSource(source, masks);
}

class MaskedSource implements CameraSource {
  readonly #source: CameraSource;
  readonly #masks: readonly Mask[];
  #format: NativeFormat | undefined;
  #boxes: readonly Box[] = [];
  #filter: MaskFilter | undefined;
  #over = false;

  constructor(source: CameraSource, masks: readonly Mask[]) {
    this.#source = source;
    this.#masks = masks;
  }

  start(sink: CameraSink): void {
    const ended = (reason: VedetteError) => {
      if (this.#over) return;
      this.#over = true;
      sink.ended(reason);
    };
    this.#source.start({
      format: (format) => this.#begin(format, sink, ended),
      frame: (frame) => this.#frame(frame, sink),
      ended,
    });
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all([this.#source.stop(), this.#filter?.stop()]);
  }

  #begin(format: NativeFormat, sink: CameraSink, ended: (reason: VedetteError) => void): void {
    if (this.#over) return;
    this.#format = format;
    this.#boxes = this.#masks.map((mask) => boxOf(mask, format));
    if (canBlacken(format)) {
      sink.format(format);
      return;
    }
    const { width, height, frameRate } = format;
    sink.format({ encoding: 'raw', pixelFormat: 'yuv420p', width, height, frameRate });
    this.#filter = new MaskFilter(format, this.#boxes, {
      frame: (frame) => {
        if (!this.#over) sink.frame(frame);
      },
      ended,
    });
    this.#filter.start();
  }

  #frame(frame: NativeFrame, sink: CameraSink): void {
    if (this.#over || !this.#format) return;
    if (this.#filter) {
      this.#filter.write(frame);
      return;
    }
    const data = blacken(frame.data, this.#format, this.#boxes);
    if (data) sink.frame({ ...frame, data });
  }
}
