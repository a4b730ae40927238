import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { durationBetween } from '../protocol/duration.ts';
import type { ActionKind } from './kind.ts';
import { FeedName } from './options.ts';
import { soundShape, withOneSound } from './sound-options.ts';

const Reply = withOneSound(
  z.strictObject({
    title: z.string().min(1).max(60).describe('What stands on its button'),
    ...soundShape,
  }),
);

export const RingOptions = z.strictObject({
  feed: FeedName.optional().describe("Of which door; the rule's feed by default"),
  after: durationBetween('5s', '5m').prefault('30s').describe('Nobody came: missed after this time'),
  message: z
    .union([z.literal(false), durationBetween('1s', '2m')])
    .prefault('30s')
    .describe('So long may a visitor speak when nobody came; false for no message'),
  chime: withOneSound(z.strictObject(soundShape)).optional().describe('What the visitor hears at once'),
  replies: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'small letters, digits, - and _'), Reply)
    .default({})
    .describe('Answers that are ready, for a touch'),
});
export type RingOptions = z.output<typeof RingOptions>;

/** Rings the pages of a feed, like a doorbell. */
export const ringAction: ActionKind<typeof RingOptions> = {
  kind: 'ring',
  options: RingOptions,
  open: (options, { ring }) => ({
    async run(occasion) {
      const feed = options.feed ?? occasion.event.feed;
      if (feed === undefined) throw new VedetteError('action/no-feed', { event: occasion.event.title });
      ring(feed, occasion, options);
    },
  }),
};
