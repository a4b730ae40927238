import { feedAction } from './feed.ts';
import { mqttAction } from './mqtt.ts';
import { notifyAction } from './notify.ts';
import { outputAction } from './output.ts';
import { recordAction } from './record.ts';
import { ringAction } from './ring.ts';
import { runAction } from './run.ts';
import { snapshotAction } from './snapshot.ts';
import { soundAction } from './sound.ts';
import { webhookAction } from './webhook.ts';

/** Every kind of action a profile may name. */
export const actionKinds = [
  feedAction,
  ringAction,
  recordAction,
  snapshotAction,
  notifyAction,
  webhookAction,
  mqttAction,
  outputAction,
  soundAction,
  runAction,
] as const;
