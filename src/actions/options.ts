import { z } from 'zod';

/** A feed that an action names; the profile sees that there is one. */
export const FeedName = z.string().min(1).max(64);
