import type { Clock, WallMs } from './clock.ts';
import type { Logger } from './log.ts';
import { PrivacyStatus } from './protocol/alarm.ts';

/** Timers of Node.js hold no more. */
const maxTimerMs = 2 ** 31 - 1;
/** Under this name it is kept over a restart. */
const keptName = 'privacy';

export interface PrivacyParts {
  /** Closes every camera and microphone, or lets them be opened again; resolves when the devices are given back. */
  setPrivate(on: boolean): Promise<void>;
  /** What lasts over a restart. */
  readonly store: { keep(name: string, json: unknown): Promise<void>; kept(name: string): Promise<unknown> };
  readonly clock: Clock;
  readonly log: Logger;
}

/** Privacy mode: nobody sees or hears anything until it ends, not even after a restart in between. */
export class Privacy {
  readonly #parts: PrivacyParts;
  readonly #listeners = new Set<(status: PrivacyStatus) => void>();
  #status: PrivacyStatus = { on: false };
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PrivacyParts) {
    this.#parts = parts;
  }

  get status(): PrivacyStatus {
    return this.#status;
  }

  /** Goes on where it was before a restart. To be awaited before anything may open a camera. */
  async start(): Promise<void> {
    const kept = PrivacyStatus.safeParse(await this.#parts.store.kept(keptName));
    if (!kept.success || !kept.data.on) return;
    if (kept.data.until !== undefined && kept.data.until <= this.#parts.clock.wall()) return;
    await this.#become(kept.data);
  }

  /** Switches it. @param forMs how long it stays on; until it is switched off by default */
  set(on: boolean, forMs?: number): void {
    if (!on && !this.#status.on) return;
    const since = this.#parts.clock.wall();
    const until = forMs === undefined ? {} : { until: since + forMs };
    this.#become(on ? { on, since, ...until } : { on: false }).catch((error: unknown) =>
      this.#parts.log.error({ err: error }, 'privacy mode could not be switched'),
    );
  }

  onChange(listener: (status: PrivacyStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #become(status: PrivacyStatus): Promise<void> {
    const { store, setPrivate, log } = this.#parts;
    this.#status = status;
    this.#arm();
    log.info({ on: status.on }, status.on ? 'privacy mode is on' : 'privacy mode is off');
    await setPrivate(status.on);
    for (const listener of this.#listeners) listener(status);
    try {
      await store.keep(keptName, status);
    } catch (error) {
      log.warn({ err: error }, 'privacy mode could not be kept: it would end with a restart');
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#status.on || this.#status.until === undefined) return;
    const remainingMs = (this.#status.until as WallMs) - this.#parts.clock.wall();
    this.#timer = setTimeout(() => this.#tick(), Math.min(Math.max(0, remainingMs), maxTimerMs));
    this.#timer.unref();
  }

  #tick(): void {
    const { on, until } = { until: undefined, ...this.#status };
    if (on && until !== undefined && until <= this.#parts.clock.wall()) this.set(false);
    else this.#arm();
  }
}
