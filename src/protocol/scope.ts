import { z } from 'zod';

/** What has no name after it. */
const plainScopes = [
  'view',
  'listen',
  'talk',
  'snapshot',
  'metrics',
  /** Values of sensors and states of alarms, as they are now. */
  'telemetry',
  /** What was: readings, events, pictures and clips. */
  'history',
  'files',
  /** Acknowledging, silencing and shelving alarms, answering rings, privacy mode; every `control:<action>` too. */
  'control',
  /** Every lock. */
  'unlock',
  /** Asking others in, with no more than one may do oneself. */
  'invite',
  /** People and what they may do, the audit trail, the device's keys. */
  'admin',
] as const;
const namePattern = '[a-z0-9][a-z0-9_.-]{0,63}';

/** What a session or request may do: a plain word, or `control:<action>` and `unlock:<lock>` for one of them. */
export const Scope = z
  .string()
  .regex(
    new RegExp(`^(${plainScopes.join('|')}|(control|unlock):${namePattern})$`),
    'a scope: view, listen, talk, telemetry, history, control:<action>, unlock:<lock>, …',
  )
  .transform((text) => text as Scope);
export type Scope = (typeof plainScopes)[number] | `control:${string}` | `unlock:${string}`;

/** Everything: the owner's. */
export const ownerScopes: readonly Scope[] = plainScopes;

/** Whether a session shows anything to whoever may do these: pictures, sensors, or how a lock stands. */
export const mayVisit = (scopes: readonly Scope[]): boolean =>
  scopes.some((scope) => scope === 'view' || scope === 'telemetry' || scope.split(':')[0] === 'unlock');

/** Looking, and no more: what holds also where nothing can be written down. */
export const lookingScopes: readonly Scope[] = ['view', 'listen', 'snapshot', 'telemetry'];

/** Whether `held` includes `asked`: itself, or the word before its colon. */
export function covers(held: readonly Scope[], asked: Scope): boolean {
  return held.includes(asked) || held.includes(asked.split(':')[0] as Scope);
}
