import type { EncodedFrame } from '../media/frame.ts';
import type { EncodedStream, Release } from '../media/stream.ts';
import { PacketHistory } from '../rtp/history.ts';
import { type PacketizedFrame, Packetizer } from '../rtp/packetizer.ts';

/**
 * One encoded stream for all its viewers: each frame is packetized once, kept once, and handed to everybody. The
 * encoder runs while there is a viewer.
 */
export class Broadcast {
  readonly stream: EncodedStream;
  readonly history = new PacketHistory();
  readonly #packetizer: Packetizer;
  readonly #viewers = new Set<(frame: PacketizedFrame) => void>();
  #release: Release | undefined;

  constructor(stream: EncodedStream) {
    this.stream = stream;
    this.#packetizer = new Packetizer(stream.codec);
  }

  /** Hands every frame from now on to `viewer`, until the returned function is called. */
  join(viewer: (frame: PacketizedFrame) => void): Release {
    this.#viewers.add(viewer);
    this.#release ??= this.stream.listen((frame) => this.#frame(frame));
    return () => {
      if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
      this.#release?.();
      this.#release = undefined;
      // What the encoder gives later does not follow on what was sent before.
      this.history.clear();
    };
  }

  requestKeyframe(): void {
    this.stream.requestKeyframe();
  }

  #frame(frame: EncodedFrame): void {
    const packetized = this.#packetizer.packetize(frame);
    this.history.push(packetized);
    for (const viewer of this.#viewers) viewer(packetized);
  }
}

/** The broadcasts of a device, one for each stream, made when first asked for. */
export class Broadcasts {
  readonly #broadcasts = new Map<EncodedStream, Broadcast>();

  of(stream: EncodedStream): Broadcast {
    const known = this.#broadcasts.get(stream);
    if (known) return known;
    const made = new Broadcast(stream);
    this.#broadcasts.set(stream, made);
    return made;
  }

  /** Forgets what was sent of a stream: nobody who comes now begins with it. */
  forget(stream: EncodedStream): void {
    this.#broadcasts.get(stream)?.history.clear();
  }
}
