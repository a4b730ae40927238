import { feedAction } from './feed.ts';
import { notifyAction } from './notify.ts';
import { recordAction } from './record.ts';
import { ringAction } from './ring.ts';
import { snapshotAction } from './snapshot.ts';
import { webhookAction } from './webhook.ts';

/** Every kind of action a profile may name. */
export const actionKinds = [
  feedAction,
  ringAction,
  recordAction,
  snapshotAction,
  notifyAction,
  webhookAction,
] as const;
