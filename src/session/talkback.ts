import type { Clock } from '../clock.ts';
import type { Release } from '../media/stream.ts';
import { JitterBuffer } from '../rtp/jitter-buffer.ts';
import type { ReceivedPacket } from '../rtp/receiver.ts';
import type { SessionFeed } from './feed.ts';

/** A visitor's voice on its way to a speaker: one section of one session, while its button is held. */
export class Talkback {
  readonly #session: string;
  readonly #clock: Clock;
  #talk: { readonly mid: string; readonly buffer: JitterBuffer; readonly release: Release } | undefined;

  constructor(session: string, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  /** The section that talks, if one does. */
  get mid(): string | undefined {
    return this.#talk?.mid;
  }

  /** Takes the speaker for the section; false while somebody else has it. */
  start(mid: string, speaker: NonNullable<SessionFeed['speaker']>): boolean {
    this.stop();
    const buffer = new JitterBuffer();
    const release = speaker.talk(this.#session, {
      pull: () => buffer.pull(this.#clock.now()),
      get depthMs() {
        return buffer.depthMs;
      },
      targetMs: buffer.targetMs,
    });
    if (!release) return false;
    this.#talk = { mid, buffer, release };
    return true;
  }

  /** Gives the speaker back. */
  stop(): undefined {
    this.#talk?.release();
    this.#talk = undefined;
  }

  /** Takes a packet if it belongs to the talking section. */
  receive({ mid, packet }: ReceivedPacket): void {
    if (mid === this.#talk?.mid) this.#talk.buffer.insert(packet, this.#clock.now());
  }
}
