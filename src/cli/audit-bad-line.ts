import type { BadEntry } from '../access/trust/verify-trail.ts';
import { timeText } from './times.ts';

/** `entry 17 (2026-05-05 17:30:12, "Mailbox opened for Ada"): it was changed, …` */
export function badLine({ seq, last, time, title, what }: BadEntry): string {
  const about = [time === undefined ? undefined : timeText(time), title && `"${title}"`];
  const known = about.filter((part) => part !== undefined).join(', ');
  const which = last === undefined ? `entry ${seq}` : `one of the entries ${seq} to ${last}`;
  const first = last === undefined ? '' : 'the first: ';
  return `${which}${known === '' ? '' : ` (${first}${known})`}: ${what}`;
}
