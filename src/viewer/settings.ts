import { z } from 'zod';
import { QuietHours } from '../protocol/push.ts';

/** What this browser keeps for its person. */
const Settings = z.object({
  /** What others read when this person answers or acknowledges; empty for none. */
  name: z.string().max(40).default(''),
  quiet: QuietHours.optional(),
  /** Nothing is heard until then, wall time in ms. */
  snoozeUntil: z.number().optional(),
  /** Stand by when the page is opened again. */
  standby: z.boolean().default(false),
});
export type Settings = z.infer<typeof Settings>;

const key = 'vedette';

/** What is kept, or the defaults: a browser may keep nothing, or something old. Never throws. */
export function readSettings(): Settings {
  try {
    return Settings.parse(JSON.parse(localStorage.getItem(key) ?? '{}'));
  } catch {
    return Settings.parse({});
  }
}

/** Keeps what changed and gives all of it. Where the browser keeps nothing, it holds as long as the page is open. */
export function changeSettings(before: Settings, change: Partial<Settings>): Settings {
  const settings = { ...before, ...change };
  try {
    localStorage.setItem(key, JSON.stringify(settings));
  } catch {
    // private windows of some browsers
  }
  return settings;
}
