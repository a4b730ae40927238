/** What a session or request may do. */
export type Scope =
  | 'view'
  | 'listen'
  | 'talk'
  | 'snapshot'
  | 'metrics'
  /** Values of sensors and states of alarms, as they are now. */
  | 'telemetry'
  /** What was: readings, events, pictures and clips. */
  | 'history'
  /** Acknowledging, silencing and shelving alarms, answering rings, privacy mode. */
  | 'control';

/** Scopes of whoever holds the printed secret: the owner, until people are paired. */
export const ownerScopes: readonly Scope[] = [
  'view',
  'listen',
  'talk',
  'snapshot',
  'metrics',
  'telemetry',
  'history',
  'control',
];
