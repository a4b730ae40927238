import { readFile } from 'node:fs/promises';
import { replaceFile } from './access/atomic-file.ts';
import type { Clock, WallMs } from './clock.ts';
import type { Logger } from './log.ts';
import { PrivacyStatus } from './protocol/alarm.ts';

/** Whether its time is over is looked up so often: somebody may set the clock meanwhile. */
const lookEveryMs = 60_000;

export interface PrivacyParts {
  /** Closes every camera and microphone, or lets them be opened again; resolves when the devices are given back. */
  setPrivate(on: boolean): Promise<void>;
  /** Where it is kept over a restart: a file of its own, which does not share the fate of the records. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Privacy mode: nobody sees or hears anything until it ends, not even after a restart in between. */
export class Privacy {
  readonly #parts: PrivacyParts;
  readonly #listeners = new Set<(status: PrivacyStatus) => void>();
  #status: PrivacyStatus = { on: false };
  #timer: NodeJS.Timeout | undefined;
  /** One change after the other: the last one is what is kept. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: PrivacyParts) {
    this.#parts = parts;
  }

  get status(): PrivacyStatus {
    return this.#status;
  }

  /** Goes on where it was before a restart. To be awaited before anything may open a camera. */
  async start(): Promise<void> {
    const kept = await this.#kept();
    if (!kept.on) return;
    if (kept.until !== undefined && kept.until <= this.#parts.clock.wall()) return;
    await this.#become(kept);
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

  #become(status: PrivacyStatus): Promise<void> {
    this.#status = status;
    this.#arm();
    this.#turn = this.#turn.catch(() => undefined).then(() => this.#switch(status));
    return this.#turn;
  }

  async #switch(status: PrivacyStatus): Promise<void> {
    const { path, setPrivate, log } = this.#parts;
    log.info({ on: status.on }, status.on ? 'privacy mode is on' : 'privacy mode is off');
    // Written down while devices are being closed: a power cut in between must not open them again.
    const writing = replaceFile(path, JSON.stringify(status)).catch((error: unknown) =>
      log.warn({ err: error }, 'privacy mode could not be kept: a restart would forget it'),
    );
    await Promise.all([setPrivate(status.on), writing]);
    for (const listener of this.#listeners) listener(status);
  }

  /** What cannot be read may have said that nobody is to be seen. */
  async #kept(): Promise<PrivacyStatus> {
    const { path, clock, log } = this.#parts;
    try {
      return PrivacyStatus.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { on: false };
      log.error(
        { err: error },
        'it cannot be read whether privacy mode was on, so it is; switch it off on the page',
      );
      return { on: true, since: clock.wall() };
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#status.on || this.#status.until === undefined) return;
    const remainingMs = (this.#status.until as WallMs) - this.#parts.clock.wall();
    this.#timer = setTimeout(() => this.#tick(), Math.min(Math.max(0, remainingMs), lookEveryMs));
    this.#timer.unref();
  }

  #tick(): void {
    const { on, until } = { until: undefined, ...this.#status };
    if (on && until !== undefined && until <= this.#parts.clock.wall()) this.set(false);
    else this.#arm();
  }
}
