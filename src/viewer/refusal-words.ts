import type { Refused } from '../protocol/refused.ts';
import { type Row, refusals } from './strings/refusals.ts';
import { type Language, language } from './strings.ts';

const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** A Monday, 12:00 UTC: the days of the week by their names. */
const someMonday = Date.UTC(2024, 0, 1, 12);

/** Why the device refused, in the reader's language; in the device's own words where it says what we have none for. */
export function refusalWords(
  { code, reason, detail = {} }: Refused,
  inLanguage: Language = language,
): string {
  const { why, closed, codes } = refusals[inLanguage];
  const because = String(detail.why);
  // Each gives its whole sentence by what stands in `why`.
  if (code === 'access/denied') return rowOf(why, because, detail, inLanguage) ?? reason;
  if (code === 'access/invitation-over' || code === 'access/recovery-over') {
    const told = rowOf(closed, because, detail, inLanguage);
    const over = rowOf(codes, code, detail, inLanguage);
    return told === undefined ? (over ?? reason) : `${over}: ${told}`;
  }
  return rowOf(codes, code, detail, inLanguage) ?? reason;
}

function rowOf(
  rows: Readonly<Record<string, Row>>,
  key: string,
  detail: NonNullable<Refused['detail']>,
  inLanguage: Language,
): string | undefined {
  const row = Object.hasOwn(rows, key) ? rows[key] : undefined;
  return typeof row === 'function' ? row(withDays(detail, inLanguage)) : row;
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
