import type { Trust } from './access/trust/trust.ts';
import type { Logger } from './log.ts';
import type { AuditDraft } from './protocol/access.ts';
import type { Visit } from './protocol/session.ts';

/** Who comes at once gets into the trail at once. */
const batchMs = 2_000;
/** More than a house full of people in that time is a storm; the rest is one number. */
const maxBatch = 32;

export interface SessionTrailParts {
  readonly trust: Pick<Trust, 'commit'>;
  /** What people call a feed. */
  feedTitle(feed: string): string;
  readonly log: Logger;
}

/** Puts into the audit trail who watched, what, and for how long. Nobody waits for it. */
export class SessionTrail {
  readonly #parts: SessionTrailParts;
  #batch: AuditDraft[] = [];
  #more = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SessionTrailParts) {
    this.#parts = parts;
  }

  readonly note = ({ session, who, feeds, watchedMs }: Visit): void => {
    const what = feeds.map((feed) => this.#parts.feedTitle(feed)).join(', ');
    const title =
      watchedMs === undefined
        ? `${who.name} watches ${what}`
        : `${who.name} watched ${what} for ${lengthOf(watchedMs)}`;
    if (this.#batch.length >= maxBatch) this.#more += 1;
    else
      this.#batch.push({
        ...who,
        ...{ type: 'session', title: title.slice(0, 300), session },
        ...(feeds.length === 1 ? { feed: feeds[0] } : {}),
        ...(watchedMs === undefined ? {} : { detail: { seconds: Math.round(watchedMs / 1000) } }),
      });
    this.#timer ??= setTimeout(() => void this.flush(), batchMs).unref();
  };

  /** Writes what is not written yet. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const audit = this.#batch;
    const title = `${this.#more} more times somebody began or ended to watch`;
    if (this.#more > 0) audit.push({ type: 'session', title, detail: { times: this.#more } });
    this.#batch = [];
    this.#more = 0;
    if (audit.length === 0) return;
    await this.#parts.trust
      .commit({ audit })
      .catch((error: unknown) =>
        this.#parts.log.warn({ err: error }, 'who watched did not get into the trail'),
      );
  }
}

function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
