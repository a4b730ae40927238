import { z } from 'zod';
import { blockMs } from '../pacer.ts';
import type { SpeakerDevice, SpeakerEvents, SpeakerKind } from './kind.ts';

export const NoneSpeakerOptions = z.strictObject({});

/** Plays to nowhere: talk works on a machine without a sound card. */
export const noneSpeaker: SpeakerKind<typeof NoneSpeakerOptions> = {
  kind: 'none',
  options: NoneSpeakerOptions,
  open: () => new NoneSpeaker(),
};

class NoneSpeaker implements SpeakerDevice {
  #events: SpeakerEvents | undefined;
  #playedMs = 0;

  start(events: SpeakerEvents): void {
    this.#events = events;
    queueMicrotask(() => this.#events?.ready());
  }

  play(): void {
    this.#playedMs += blockMs;
    this.#events?.played(this.#playedMs);
  }

  stop(): Promise<void> {
    this.#events = undefined;
    return Promise.resolve();
  }
}
