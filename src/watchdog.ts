import type { Clock, MonotonicMs } from './clock.ts';
import { ailments, type CameraVitals } from './health.ts';
import type { Logger } from './log.ts';
import type { ServiceManager } from './service-manager.ts';

/** How often the event loop's lateness is looked at: rare enough to cost nothing. */
const tickMs = 1_000;
/** Feeds in the time that the service manager waits: one may be left out, or come late. */
const feedsPerPeriod = 3;

export interface WatchdogOptions {
  /** Undefined where none started this process: then the watchdog does nothing. */
  readonly manager: ServiceManager | undefined;
  readonly cameras: () => readonly CameraVitals[];
  /** Asks the store something; whatever it answers, it lives. Absent where there is none. */
  readonly askStore?: () => Promise<unknown>;
  /** One line for `systemctl status`. */
  readonly status: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Says to the service manager that the device has started and that it is well: only while its event loop, its pictures
 * and its store really are. A device that is not is ended and started anew.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;
  #loopLateMs = 0;
  #nextFeedMs = 0;
  /** Since when the store owes an answer. */
  #askedMs: MonotonicMs | undefined;
  #ailing = false;
  #mute = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** The device has started. */
  start(): void {
    const { manager, clock } = this.#options;
    if (!manager) return;
    this.#tell('READY=1', this.#statusWord());
    if (manager.watchdogMs === undefined) return;
    this.#nextFeedMs = clock.now();
    this.#await();
  }

  /** The device is about to stop. Idempotent. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#mute) return;
    this.#tell('STOPPING=1');
    this.#mute = true;
  }

  #await(): void {
    this.#dueMs = this.#options.clock.now() + tickMs;
    this.#timer = setTimeout(() => this.#tick(), tickMs);
    this.#timer.unref();
  }

  #tick(): void {
    const { manager, clock } = this.#options;
    const now = clock.now();
    this.#loopLateMs = Math.max(this.#loopLateMs, now - this.#dueMs);
    this.#await();
    if (manager?.watchdogMs === undefined || now < this.#nextFeedMs) return;
    this.#nextFeedMs = now + manager.watchdogMs / feedsPerPeriod;
    this.#feed(now);
  }

  #feed(now: MonotonicMs): void {
    const { cameras, log } = this.#options;
    const found = ailments({
      loopLateMs: this.#loopLateMs,
      cameras: cameras(),
      storeSilentMs: this.#askedMs === undefined ? 0 : now - this.#askedMs,
    });
    this.#loopLateMs = 0;
    this.#ask(now);
    if (found.length > 0) {
      log.error({ ailments: found }, 'the device is not well; if that goes on, it is started anew');
      this.#tell(`STATUS=not well: ${found.join('; ')}`);
    } else {
      if (this.#ailing) log.info('the device is well again');
      this.#tell('WATCHDOG=1', this.#statusWord());
    }
    this.#ailing = found.length > 0;
  }

  #ask(now: MonotonicMs): void {
    const { askStore } = this.#options;
    if (!askStore || this.#askedMs !== undefined) return;
    this.#askedMs = now;
    const answered = () => {
      this.#askedMs = undefined;
    };
    // A disk that is full or read-only says so: the store lives, and a restart would not help it.
    askStore().then(answered, answered);
  }

  #statusWord(): string {
    return `STATUS=${this.#options.status().replaceAll('\n', ' ')}`;
  }

  #tell(...words: readonly string[]): void {
    const { manager, log } = this.#options;
    if (this.#mute) return;
    manager?.notify(...words).catch((error: Error) => {
      log.warn({ err: error }, 'the service manager could not be told');
    });
  }
}
