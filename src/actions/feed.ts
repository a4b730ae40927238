import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import type { Release } from '../media/stream.ts';
import { durationBetween } from '../protocol/duration.ts';
import type { Action, ActionKind, ActionParts, Occasion } from './kind.ts';
import { FeedName } from './options.ts';

export const FeedActionOptions = z.strictObject({
  feed: FeedName.optional().describe("Which; the rule's by default"),
  for: durationBetween('1s', '24h').prefault('60s').describe('It ends by itself after this time'),
  sound: z.boolean().default(true).describe('With its sound'),
});

/**
 * Shows a feed to all who stand by. It ends by its own time, begun anew with each occasion, and not with the alarm:
 * who looks when it is over wants to see that it is.
 */
export const feedAction: ActionKind<typeof FeedActionOptions> = {
  kind: 'feed',
  options: FeedActionOptions,
  open: (options, parts) => new FeedAction(options, parts),
};

interface Shown {
  readonly release: Release;
  readonly timer: NodeJS.Timeout;
}

class FeedAction implements Action {
  readonly #options: z.output<typeof FeedActionOptions>;
  readonly #parts: ActionParts;
  /** By feed. */
  readonly #shown = new Map<string, Shown>();

  constructor(options: z.output<typeof FeedActionOptions>, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async run({ event }: Occasion): Promise<void> {
    const { feed = event.feed, for: ms, sound } = this.#options;
    if (feed === undefined) throw new VedetteError('action/no-feed', { event: event.title });
    // Shown again before it is released, so that the picture never stops in between.
    const release = this.#parts.showFeed(feed, { sound });
    this.#end(feed);
    this.#shown.set(feed, { release, timer: setTimeout(() => this.#end(feed), ms) });
  }

  async stop(): Promise<void> {
    for (const feed of [...this.#shown.keys()]) this.#end(feed);
  }

  #end(feed: string): void {
    const shown = this.#shown.get(feed);
    if (!shown) return;
    this.#shown.delete(feed);
    clearTimeout(shown.timer);
    shown.release();
  }
}
