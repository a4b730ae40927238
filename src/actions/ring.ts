import { VedetteError } from '../errors.ts';
import type { ActionKind } from './kind.ts';
import { RingOptions } from './ring-options.ts';

export type { RingOptions } from './ring-options.ts';

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
