import { z } from 'zod';
import type { ActionKind } from './kind.ts';
import { FeedName } from './options.ts';

export const SnapshotOptions = z.strictObject({
  feed: FeedName.optional().describe("Of which; the rule's by default"),
});

/** Keeps a picture with the event, unless it has one. */
export const snapshotAction: ActionKind<typeof SnapshotOptions> = {
  kind: 'snapshot',
  options: SnapshotOptions,
  open: ({ feed }, { pictures }) => ({
    async run({ event }) {
      await pictures.of(event, feed);
    },
  }),
};
