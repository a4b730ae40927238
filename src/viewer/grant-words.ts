import type { Grant, GrantLimits } from '../protocol/access.ts';
import { ownerScopes, type Scope } from '../protocol/scope.ts';
import { locale, type Strings, strings } from './strings.ts';

/** How the sentence is written, and what it can name. */
export interface GrantContext {
  readonly strings: Strings;
  /** BCP 47, as `en-GB`. */
  readonly locale: string;
  /** The reader's, IANA; undefined: the browser's. */
  readonly zone?: string;
  /** Wall time in ms. */
  readonly now: number;
  /** A lock's name for people; undefined where it is gone. */
  readonly titleOf: (lock: string) => string | undefined;
}

/** The page's own language and zone. */
export const grantContext = (titleOf: GrantContext['titleOf'], now: number): GrantContext => ({
  strings,
  locale,
  now,
  titleOf,
});

type Given = { readonly scopes: readonly Scope[] } & Pick<Grant, 'limits'> &
  Partial<Pick<Grant, 'used' | 'revokedAt'>>;

/** Whether it holds at `now` as far as its own times and uses say; the device alone decides. */
export function grantStanding(
  { limits, used = 0, revokedAt }: Given,
  now: number,
): 'holds' | 'not-yet' | 'over' | 'used-up' | 'revoked' {
  if (revokedAt !== undefined) return 'revoked';
  if (limits.until !== undefined && now >= limits.until) return 'over';
  if (limits.uses !== undefined && used >= limits.uses) return 'used-up';
  return limits.from !== undefined && now < limits.from ? 'not-yet' : 'holds';
}

/** What somebody may do, in a sentence: `may look and listen, and open Parcel box twice, today 14:00 to 16:00`. */
export function grantWords({ scopes, limits, used = 0 }: Given, context: GrantContext): string {
  const words = context.strings;
  const everything = ownerScopes.every((scope) => scopes.includes(scope));
  const what = everything ? words.grantEverything : words.grantMay(abilities(scopes, limits, context));
  const left =
    limits.uses !== undefined && used > 0 ? words.usesLeft(Math.max(0, limits.uses - used)) : undefined;
  return [
    left === undefined ? what : `${what} (${left})`,
    timesOf(limits, context),
    windowsOf(limits, context),
    limits.thisNetwork ? words.onlyNetwork : undefined,
    limits.whileWatching ? words.onlyWatching : undefined,
    limits.whileDoorClosed === undefined
      ? undefined
      : words.onlyDoorClosed(context.titleOf(limits.whileDoorClosed) ?? limits.whileDoorClosed),
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** What one perceives stands first, what one does after it. */
const senses: readonly Scope[] = ['view', 'listen', 'talk', 'telemetry', 'history'];

function abilities(scopes: readonly Scope[], limits: GrantLimits, context: GrantContext): string {
  const listed = new Intl.ListFormat(context.locale, { type: 'conjunction' });
  const ordered = [...scopes].sort((a, b) => rank(a) - rank(b));
  const [some, others] = [
    ordered.filter((scope) => senses.includes(scope)),
    ordered.filter((scope) => !senses.includes(scope)),
  ].map((each) => each.map((scope) => ability(scope, limits, context)));
  if (!some?.length || !others?.length) return listed.format([...(some ?? []), ...(others ?? [])]);
  return context.strings.grantBoth(listed.format(some), listed.format(others));
}

/** By the order of the owner's scopes; what has a name after it stands with its word. */
const rank = (scope: Scope): number => ownerScopes.indexOf(scope.split(':')[0] as Scope);

/** What one scope lets somebody do: `open Parcel box twice`. */
export function ability(
  scope: Scope,
  { uses }: GrantLimits,
  { strings: words, titleOf }: GrantContext,
): string {
  const [word, name] = scope.split(':') as [Scope, string | undefined];
  const counted = (text: string): string => (uses === undefined ? text : `${text} ${words.times(uses)}`);
  switch (word) {
    case 'view':
      return words.abilityView;
    case 'listen':
      return words.abilityListen;
    case 'talk':
      return words.abilityTalk;
    case 'snapshot':
      return words.abilitySnapshot;
    case 'metrics':
      return words.abilityMetrics;
    case 'telemetry':
      return words.abilityTelemetry;
    case 'history':
      return words.abilityHistory;
    case 'files':
      return words.abilityFiles;
    case 'control':
      return name === undefined ? words.abilityControl : words.abilityControlOf(name);
    case 'unlock':
      return counted(name === undefined ? words.abilityUnlock : words.abilityUnlockOf(titleOf(name) ?? name));
    case 'invite':
      return words.abilityInvite;
    case 'admin':
      return words.abilityAdmin;
    default:
      return scope; // a newer device's
  }
}

function timesOf({ from, until }: GrantLimits, context: GrantContext): string | undefined {
  const { strings: words, now } = context;
  const written = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(context.locale, { ...options, ...zoned(context) });
    return (time: number): string => format.format(time);
  };
  const clock = written({ hour: '2-digit', minute: '2-digit' });
  const day = written({ day: 'numeric', month: 'short' });
  const both = (time: number): string =>
    day(time) === day(now) ? clock(time) : `${day(time)}, ${clock(time)}`;
  if (from !== undefined && until !== undefined && day(from) === day(until)) {
    if (day(from) === day(now)) return words.spanToday(clock(from), clock(until));
    if (day(from) === day(now + 86_400_000)) return words.spanTomorrow(clock(from), clock(until));
    return words.spanOfDay(day(from), clock(from), clock(until));
  }
  if (from !== undefined && until !== undefined) return words.span(both(from), both(until));
  if (until !== undefined) return words.spanUntil(both(until));
  return from !== undefined && now < from ? words.spanFrom(both(from)) : undefined;
}

const zoned = ({ zone }: GrantContext): { timeZone?: string } =>
  zone === undefined ? {} : { timeZone: zone };

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** A Monday, 12:00 UTC: the days of the week by their names. */
const someMonday = Date.UTC(2024, 0, 1, 12);

function windowsOf({ windows, zone }: GrantLimits, context: GrantContext): string | undefined {
  if (windows === undefined) return undefined;
  const { strings: words } = context;
  const own = new Intl.DateTimeFormat(context.locale, zoned(context)).resolvedOptions().timeZone;
  const told = windows.map(({ days, from, to }) =>
    words.spanOfDay(
      daysOf(
        week.filter((day) => days.includes(day)),
        context,
      ),
      from,
      to,
    ),
  );
  return [told.join(', '), ...(zone === undefined || zone === own ? [] : [words.inZone(zone)])].join(' ');
}

function daysOf(
  days: readonly (typeof week)[number][],
  { strings: words, locale: language }: GrantContext,
): string {
  const text = days.join();
  if (text === week.join()) return words.everyDay;
  if (text === week.slice(0, 5).join()) return words.weekdays;
  if (text === week.slice(5).join()) return words.weekend;
  const name = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  const names = days.map((day) => name.format(someMonday + week.indexOf(day) * 86_400_000));
  return words.onDays(new Intl.ListFormat(language, { type: 'conjunction' }).format(names));
}
