/** Every word on the page in the reader's language, and how times and figures are written in it. */

import { type Strings, tables } from './strings/tables.ts';

export type { Strings };

export type Language = keyof typeof tables;

/** The first of the reader's languages that we speak; English where there is none. */
export function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-', 1)[0];
    if (primary === 'en' || primary === 'ru') return primary;
  }
  return 'en';
}

export const language: Language = languageOf(globalThis.navigator?.languages ?? []);
export const strings: Strings = tables[language];

/** All tables, for the test that keeps them complete. */
export const allStrings: Readonly<Record<Language, Strings>> = tables;

/** The reader's own manner of writing times and figures (`en-GB`), where it belongs to the language we speak. */
export const locale =
  globalThis.navigator?.languages?.find((tag) => languageOf([tag]) === language) ?? language;

const clockFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });

/** `14:02`, in the reader's own time and manner. */
export const clockTime = (wallMs: number): string => clockFormat.format(wallMs);

/** A figure with so many digits after the point, in the reader's manner. */
export const decimal = (value: number, digits: number): string =>
  value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });

const dayFormat = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'long' });
const dayTimeFormat = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const oneOfFormat = new Intl.ListFormat(locale, { type: 'disjunction' });
const clockSecondsFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });

/** `14:02:07`. */
export const clockSeconds = (wallMs: number): string => clockSecondsFormat.format(wallMs);

/** `Tue, 24 November`. */
export const dayName = (wallMs: number): string => dayFormat.format(wallMs);

/** `24 Nov, 14:02`. */
export const dayTime = (wallMs: number): string => dayTimeFormat.format(wallMs);

/** `Anna, Ben or Carl`. */
export const oneOf = (names: readonly string[]): string => oneOfFormat.format(names);

/** The time in another zone of IANA's, with its day where it is another one; undefined for a zone that is not known. */
export function timeIn(wallMs: number, zone: string): string | undefined {
  try {
    const day = (timeZone?: string): string =>
      new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', ...(timeZone && { timeZone }) }).format(wallMs);
    return new Intl.DateTimeFormat(locale, {
      ...(day(zone) === day() ? {} : { day: 'numeric', month: 'short' }),
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone,
    }).format(wallMs);
  } catch {
    return undefined;
  }
}

/** The reader's own zone, as IANA calls it. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A length of time in its greatest unit: `7 s`, `3 min`, `2 h`, `4 days`. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return strings.seconds(seconds);
  if (seconds < 3_600) return strings.minutes(Math.floor(seconds / 60));
  return seconds < 172_800
    ? strings.hours(Math.floor(seconds / 3_600))
    : strings.days(Math.floor(seconds / 86_400));
}

/** A value as people write it: `21.4 °C`; a boolean in a word. */
export function valueWords(
  value: number,
  {
    type,
    unit,
    decimals,
  }: { readonly type: 'number' | 'boolean'; readonly unit: string; readonly decimals: number },
): string {
  if (type === 'boolean') return value === 0 ? strings.off : strings.on;
  return unit === '' ? decimal(value, decimals) : `${decimal(value, decimals)} ${unit}`;
}
