import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { checkSound } from '../media/sound/load-sound.ts';
import { playSound, readySound } from '../media/sound/play.ts';
import { failureOf } from './failure.ts';
import type { Action, ActionKind, ActionParts, Occasion } from './kind.ts';
import { FeedName } from './options.ts';
import { soundShape, withOneSound } from './sound-options.ts';
import { fill, isPlain, template } from './template.ts';

export const SoundOptions = withOneSound(
  z.strictObject({
    ...soundShape,
    say: template(500)
      .optional()
      .describe('Words to be spoken, in English; {title}, {value} and the like stand for what happened'),
    feed: FeedName.optional().describe("At whose speaker; the rule's feed by default"),
    times: z
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe('So often, one after the other, while the alarm lasts'),
  }),
);
type SoundOptions = z.output<typeof SoundOptions>;

/** Plays a sound file, or speaks, at a feed's speaker. It ends with the alarm, or when somebody silences it. */
export const soundAction: ActionKind<typeof SoundOptions> = {
  kind: 'sound',
  options: SoundOptions,
  async check(options) {
    await checkSound(options);
    return [];
  },
  open: (options, parts) => new SoundAction(options, parts),
};

class SoundAction implements Action {
  readonly #options: SoundOptions;
  readonly #parts: ActionParts;
  #playing: { readonly event: string; readonly end: AbortController } | undefined;

  constructor(options: SoundOptions, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Loads what is the same for every occasion, so that a chime begins at once. The device need not wait for it. */
  async start(): Promise<void> {
    const { file, say } = this.#options;
    if (say !== undefined && !isPlain(say)) return;
    const { name, failed } = this.#parts;
    readySound({ file, say }).catch((error: unknown) => failed(failureOf(name, error)));
  }

  async run(occasion: Occasion, signal: AbortSignal): Promise<void> {
    const { event } = occasion;
    const { feed = event.feed, times, file, say } = this.#options;
    if (feed === undefined) throw new VedetteError('action/no-feed', { event: event.title });
    const speaker = this.#parts.speaker(feed);
    if (!speaker) throw new VedetteError('action/no-speaker', { feed });
    const end = new AbortController();
    const playing = { event: event.id, end };
    this.#playing = playing;
    const either = AbortSignal.any([signal, end.signal]);
    try {
      const said = say === undefined ? { file } : { say: fill(say, occasion) };
      await playSound(speaker, said, either, times);
    } finally {
      if (this.#playing === playing) this.#playing = undefined;
    }
  }

  async release({ id }: Occasion['event']): Promise<void> {
    if (this.#playing?.event === id) this.#playing.end.abort();
  }

  async silence(event: Occasion['event']): Promise<void> {
    await this.release(event);
  }

  async stop(): Promise<void> {
    this.#playing?.end.abort();
  }
}
