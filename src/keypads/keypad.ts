import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import {
  beginEntering,
  type Entering,
  type EnteringEffect,
  type EnteringInput,
  stepEntering,
  type Verdict,
} from './entering.ts';
import type { KeypadBuses, KeypadSource } from './kind.ts';
import type { KeypadProfile } from './profile.ts';

/** What is plugged in again takes codes within the second of these. */
const backoff = new ExponentialBackoff<unknown>({ initialDelay: 250, maxDelay: 5_000 });
/** What ran for so long was there: its loss is a new one. */
const wellAfterMs = 2_000;

/** Who knows codes. None of it rejects. */
export interface KeypadHost {
  /** Wrong codes since the last right one, as they were kept. */
  wrong(keypad: KeypadProfile): number;
  /** Resolves as soon as it is known what the code is. */
  judge(keypad: KeypadProfile, code: string): Promise<Verdict>;
  /** It takes no code just now, and somebody typed one. */
  refused(keypad: KeypadProfile): void;
  /** Resolves when that number is kept. @param lockoutMs it takes none for so long from now on */
  counted(keypad: KeypadProfile, wrong: number, lockoutMs: number | undefined): Promise<void>;
  /** It cannot be read; undefined: it can again. Told for changes alone. */
  trouble(keypad: KeypadProfile, reason: VedetteError | undefined): void;
}

/** One keypad of the device, opened again whenever it is lost. */
export class Keypad {
  readonly #profile: KeypadProfile;
  readonly #buses: KeypadBuses;
  readonly #host: KeypadHost;
  readonly #clock: Clock;
  readonly #log: Logger;
  #entering: Entering;
  #source: KeypadSource | undefined;
  #step: IBackoff<unknown> | undefined;
  #again: NodeJS.Timeout | undefined;
  #well: NodeJS.Timeout | undefined;
  #lost = false;
  #stopped = false;

  constructor(profile: KeypadProfile, buses: KeypadBuses, host: KeypadHost, clock: Clock, log: Logger) {
    this.#profile = profile;
    this.#buses = buses;
    this.#host = host;
    this.#clock = clock;
    this.#log = log.child({ keypad: profile.name });
    this.#entering = beginEntering(0, clock.now());
  }

  start(): void {
    this.#entering = beginEntering(this.#host.wrong(this.#profile), this.#clock.now());
    this.#open();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#again);
    clearTimeout(this.#well);
    const source = this.#source;
    this.#source = undefined;
    await source?.stop();
  }

  #open(): void {
    let source: KeypadSource;
    try {
      source = this.#profile.open(this.#buses);
    } catch (error) {
      this.#ended(error);
      return;
    }
    this.#source = source;
    const current = () => this.#source === source;
    this.#well = setTimeout(() => this.#isWell(), wellAfterMs);
    source.start({
      key: (key) => current() && this.#input({ type: 'key', key }),
      code: (text) => current() && this.#input({ type: 'code', text }),
      ended: (reason) => current() && this.#ended(reason),
    });
  }

  #isWell(): void {
    this.#step = undefined;
    if (!this.#lost) return;
    this.#lost = false;
    this.#log.info('the keypad is back');
    this.#host.trouble(this.#profile, undefined);
  }

  #ended(error: unknown): void {
    clearTimeout(this.#well);
    this.#source = undefined;
    if (this.#stopped) return;
    const reason =
      error instanceof VedetteError
        ? error
        : new VedetteError('keypad/unusable', { device: this.#profile.name, detail: String(error) });
    if (!this.#lost) {
      this.#lost = true;
      this.#log.warn({ code: reason.code }, reason.message);
      this.#host.trouble(this.#profile, reason);
    }
    this.#step = this.#step?.next(undefined) ?? backoff.next();
    this.#again = setTimeout(() => this.#open(), this.#step.duration);
  }

  #input(input: EnteringInput): void {
    // What is pressed proves that it is there.
    if (input.type === 'key' || input.type === 'code') this.#isWell();
    const { state, effects } = stepEntering(this.#entering, input, this.#clock.now());
    this.#entering = state;
    for (const effect of effects) void this.#do(effect);
  }

  async #do(effect: EnteringEffect): Promise<void> {
    switch (effect.do) {
      case 'judge':
        this.#input({ type: 'judged', verdict: await this.#host.judge(this.#profile, effect.code) });
        return;
      case 'refuse':
        this.#host.refused(this.#profile);
        return;
      case 'count':
        await this.#host.counted(this.#profile, effect.wrong, effect.lockoutMs);
        this.#input({ type: 'counted' });
        return;
    }
  }
}
