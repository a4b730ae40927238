/** One file that may have to go. */
export interface Expendable {
  readonly name: string;
  readonly bytes: number;
  /** When it begins, wall time in ms. */
  readonly from: number;
  readonly pinned: boolean;
  /** Clips go after {@link RetentionInput.keepClipsMs}; a picture goes with its event. */
  readonly clip: boolean;
}

export interface RetentionInput {
  readonly files: readonly Expendable[];
  /** Of `records.sqlite`, which counts but does not go. */
  readonly databaseBytes: number;
  readonly freeBytes: number;
  /** To be left free. */
  readonly reserveBytes: number;
  /** Of files and database together. */
  readonly maxBytes: number;
  readonly keepClipsMs: number;
  /** Wall time in ms. */
  readonly now: number;
}

export type RetentionReason = 'age' | 'size' | 'reserve';

export interface Retention {
  readonly go: readonly { readonly name: string; readonly bytes: number; readonly why: RetentionReason }[];
  /** So much more than all that may go is missing from the reserve, in bytes; 0 where it is kept. */
  readonly missingBytes: number;
}

/**
 * Which files go: those that are too old, then the oldest until size and reserve are kept. Pinned ones stay whatever
 * happens.
 */
export function retention(input: RetentionInput): Retention {
  const { files, databaseBytes, freeBytes, reserveBytes, maxBytes, keepClipsMs, now } = input;
  let over = databaseBytes + files.reduce((sum, { bytes }) => sum + bytes, 0) - maxBytes;
  let missing = reserveBytes - freeBytes;
  const go: { name: string; bytes: number; why: RetentionReason }[] = [];
  const oldestFirst = files.filter(({ pinned }) => !pinned).sort((one, other) => one.from - other.from);
  const remove = ({ name, bytes }: Expendable, why: RetentionReason) => {
    go.push({ name, bytes, why });
    over -= bytes;
    missing -= bytes;
  };
  const young: Expendable[] = [];
  for (const file of oldestFirst) {
    if (file.clip && file.from < now - keepClipsMs) remove(file, 'age');
    else young.push(file);
  }
  for (const file of young) {
    if (over <= 0 && missing <= 0) break;
    remove(file, missing > 0 ? 'reserve' : 'size');
  }
  return { go, missingBytes: Math.max(0, missing) };
}

/** A rate is guessed from at most this much of the past … */
const experienceMs = 7 * 86_400_000;
/** … and from no less than this. */
const leastExperienceMs = 3_600_000;
const dayMs = 86_400_000;

/**
 * In how many days the oldest will have to go, at the rate of the last week; undefined while there is no rate.
 * @param files all that is kept, by time
 * @param roomBytes what may still be filled
 */
export function daysLeft(
  files: readonly { readonly from: number; readonly bytes: number }[],
  roomBytes: number,
  now: number,
): number | undefined {
  const recent = files.filter(({ from }) => from > now - experienceMs && from <= now);
  const [first] = recent;
  if (!first || now - first.from < leastExperienceMs) return undefined;
  const bytesPerDay = (recent.reduce((sum, { bytes }) => sum + bytes, 0) / (now - first.from)) * dayMs;
  return bytesPerDay > 0 ? Math.max(0, roomBytes) / bytesPerDay : undefined;
}
