import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { durationBetween } from '../protocol/duration.ts';
import { failureOf } from './failure.ts';
import type { Action, ActionKind, ActionParts, Occasion, Recording } from './kind.ts';
import { FeedName } from './options.ts';

export const RecordOptions = z.strictObject({
  feed: FeedName.optional().describe("Which; the rule's by default"),
  before: durationBetween('0s', '60s')
    .prefault('10s')
    .describe('What was seen so long before, where the feed keeps it'),
  after: durationBetween('1s', '1h')
    .prefault('20s')
    .describe('So long goes on after it, and after each again'),
});

/** Writes a clip of the event. Occasions that come while it is written make it longer. */
export const recordAction: ActionKind<typeof RecordOptions> = {
  kind: 'record',
  options: RecordOptions,
  open: (options, parts) => new RecordAction(options, parts),
};

class RecordAction implements Action {
  readonly #options: z.output<typeof RecordOptions>;
  readonly #parts: ActionParts;
  /** Being written, by event. */
  readonly #recordings = new Map<string, Recording>();

  constructor(options: z.output<typeof RecordOptions>, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async run({ event }: Occasion): Promise<void> {
    const { feed = event.feed, before, after } = this.#options;
    const going = this.#recordings.get(event.id);
    if (going) return going.extend(after);
    if (feed === undefined) throw new VedetteError('action/no-feed', { event: event.title });
    const recording = this.#parts.record(feed, event, { beforeMs: before, afterMs: after });
    this.#recordings.set(event.id, recording);
    const told = (error: unknown) => this.#parts.failed(failureOf(this.#parts.name, error), event);
    recording.clip
      .then((clip) => {
        if (clip === undefined) throw new VedetteError('action/no-clip', { feed });
      })
      .catch(told)
      .finally(() => this.#recordings.delete(event.id));
  }
}
