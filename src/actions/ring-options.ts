import { z } from 'zod';
import { durationBetween } from '../protocol/duration.ts';
import { FeedName } from './options.ts';
import { soundShape, withOneSound } from './sound-options.ts';

const Reply = withOneSound(
  z.strictObject({
    title: z.string().min(1).max(60).describe('What stands on its button'),
    ...soundShape,
  }),
);

/** How a bell rings: the keys of a `ring` action. */
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
