import type { Receipt } from '../protocol/request.ts';
import { refusals } from './strings/refusals.ts';
import { type Language, language } from './strings.ts';

/** What the device says of a refusal. */
export type Refused = Pick<Extract<Receipt, { state: 'refused' }>, 'code' | 'reason' | 'detail'>;

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** A Monday, 12:00 UTC: the days of the week by their names. */
const someMonday = Date.UTC(2024, 0, 1, 12);

/** Why the device refused, in the reader's language; in the device's own words where it says what we have none for. */
export function refusalWords(
  { code, reason, detail = {} }: Refused,
  inLanguage: Language = language,
): string {
  const { why, codes } = refusals[inLanguage];
  const rows: Readonly<Record<string, (typeof why)[keyof typeof why] | undefined>> =
    code === 'access/denied' ? why : codes;
  const key = code === 'access/denied' ? String(detail.why) : code;
  const row = Object.hasOwn(rows, key) ? rows[key] : undefined;
  if (row === undefined) return reason;
  return typeof row === 'string' ? row : row(withDays(detail, inLanguage));
}

/** Days of the week as the reader calls them. */
function withDays(
  detail: NonNullable<Refused['detail']>,
  inLanguage: Language,
): NonNullable<Refused['detail']> {
  if (typeof detail.windows !== 'string') return detail;
  const name = new Intl.DateTimeFormat(inLanguage, { weekday: 'short', timeZone: 'UTC' });
  const windows = detail.windows.replace(/\b(mon|tue|wed|thu|fri|sat|sun)\b/g, (day) =>
    name.format(someMonday + week.indexOf(day) * 86_400_000),
  );
  return { ...detail, windows };
}
