/** What takes the screen, what is listed beside it, and what sounds. Pure. */

import type { AlarmStatus, RingStatus } from '../protocol/alarm.ts';
import type { Quiet } from './quiet.ts';

export type Call =
  | { readonly kind: 'alarm'; readonly id: string; readonly status: AlarmStatus }
  | { readonly kind: 'ring'; readonly id: string; readonly status: RingStatus };

export interface Attention {
  /** Over everything else, the first with its picture: critical alarms that nobody has taken, then rings. */
  readonly screen: readonly Call[];
  /** Raised or latched, the gravest and newest first. */
  readonly alarms: readonly AlarmStatus[];
  readonly shelved: readonly AlarmStatus[];
  /** The ring whose call this page has. */
  readonly call: RingStatus | undefined;
  readonly sound: 'none' | 'alarm' | 'bell';
}

/** Nothing calls for anybody. */
export const noAttention: Attention = {
  screen: [],
  alarms: [],
  shelved: [],
  call: undefined,
  sound: 'none',
};

export interface AttentionInput {
  readonly alarms: Iterable<AlarmStatus>;
  readonly rings: Iterable<RingStatus>;
  /** Ids of the calls that somebody at this page has seen and put aside. */
  readonly seen: ReadonlySet<string>;
  /** This page's session. */
  readonly session: string;
  /** What is shown all the same, but not heard. */
  readonly quiet: Quiet;
  /** Without a connection nobody knows whether it still rings, and nobody here could answer. Alarms stay. */
  readonly connected: boolean;
}

const rank = { critical: 0, warning: 1, info: 2 } as const;

export function attentionOf(input: AttentionInput): Attention {
  const { alarms, rings, seen, session, quiet, connected } = input;
  const all = [...alarms].sort((a, b) => rank[a.severity] - rank[b.severity] || b.since - a.since);
  const open = all.filter(({ state }) => state !== 'shelved');
  const allRings = [...rings].sort((a, b) => a.since - b.since);
  const screen: Call[] = [
    ...open
      .filter(({ severity, acknowledgedBy }) => severity === 'critical' && acknowledgedBy === undefined)
      .map((status): Call => ({ kind: 'alarm', id: alarmId(status), status })),
    ...allRings
      .filter(({ state }) => connected && state === 'ringing')
      .map((status): Call => ({ kind: 'ring', id: status.ring, status })),
  ].filter(({ id }) => !seen.has(id));
  return {
    screen,
    alarms: open,
    shelved: all.filter(({ state }) => state === 'shelved'),
    // Of who had a ready reply played nothing may be heard at the door.
    call: allRings.find((ring) => ring.state === 'answered' && ring.session === session && !ring.replying),
    sound: soundOf(screen, quiet),
  };
}

/** The first call whose feed has a picture, then the others: its picture is the one to be seen. */
export function withPictureFirst(
  calls: readonly Call[],
  hasPicture: (feed: string) => boolean,
): readonly Call[] {
  const first = calls.find(({ status }) => status.feed !== undefined && hasPicture(status.feed));
  return first === undefined ? calls : [first, ...calls.filter((call) => call !== first)];
}

/** One occasion of an alarm: raised again, it takes the screen again. */
export const alarmId = ({ event, rule, since }: AlarmStatus): string => event ?? `${rule} ${since}`;

function soundOf(screen: readonly Call[], quiet: Quiet): Attention['sound'] {
  if (quiet === 'all') return 'none';
  const alarm = screen.some(
    ({ kind, status }) => kind === 'alarm' && status.state === 'raised' && !status.silenced,
  );
  if (alarm) return 'alarm';
  return quiet === 'none' && screen.some(({ kind }) => kind === 'ring') ? 'bell' : 'none';
}

/** Why the device shows a feed that nobody asked for: the gravest alarm, or the bell. */
export function calledBy(
  feed: string,
  alarms: Iterable<AlarmStatus>,
  rings: Iterable<RingStatus>,
): { readonly kind: Call['kind']; readonly title: string } | undefined {
  const ring = [...rings].find((each) => each.feed === feed);
  const alarm = [...alarms]
    .filter((each) => each.feed === feed && each.state !== 'shelved')
    .sort((a, b) => rank[a.severity] - rank[b.severity])[0];
  if (alarm) return { kind: 'alarm', title: alarm.title };
  return ring && { kind: 'ring', title: ring.title };
}

/** What is said once, in passing: what others did, and an alarm (by its severity) that does not take the screen. */
export interface News {
  readonly what: 'answered' | 'declined' | 'missed' | 'message' | 'got-it' | AlarmStatus['severity'];
  readonly title: string;
  readonly by: string | undefined;
}

interface Calls {
  readonly alarms: ReadonlyMap<string, AlarmStatus>;
  readonly rings: ReadonlyMap<string, RingStatus>;
}

/**
 * What happened between two situations. What this session did itself is no news, nor is what stood so when it began.
 * @param before undefined before the first one
 */
export function newsOf(before: Calls | undefined, after: Calls, session: string): News[] {
  if (before === undefined) return [];
  const news: News[] = [];
  for (const ring of after.rings.values()) {
    const known = before.rings.get(ring.ring);
    if (known === undefined || known.state === ring.state || ring.session === session) continue;
    if (ring.state === 'ringing' || ring.state === 'over') continue;
    news.push({ what: ring.state, title: ring.title, by: ring.by });
  }
  for (const alarm of after.alarms.values()) {
    const known = before.alarms.get(alarm.rule);
    if (known === undefined || alarmId(known) !== alarmId(alarm)) {
      if (alarm.severity !== 'critical' && alarm.state === 'raised')
        news.push({ what: alarm.severity, title: alarm.title, by: undefined });
      continue;
    }
    if (known.acknowledgedBy === undefined && alarm.acknowledgedBy !== undefined)
      news.push({ what: 'got-it', title: alarm.title, by: alarm.acknowledgedBy });
  }
  return news;
}
