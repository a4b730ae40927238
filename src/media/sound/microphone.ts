import { z } from 'zod';
import { type Clock, systemClock, type WallMs } from '../../clock.ts';
import { VedetteError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { SoundBlock } from '../frame.ts';
import { Listeners } from '../listeners.ts';
import type { Release } from '../stream.ts';
import { Ducker } from './duck.ts';
import { amplitude, applyGain } from './gain.ts';
import { type Level, LevelMeter } from './level.ts';
import { Retry } from './retry.ts';
import type { SoundSource } from './source.ts';

/** A closed microphone costs a second to open again: it stays open this long after its last listener. */
const defaultLingerMs = 10_000;
/** No block for this long is a hung device. */
const silentMs = 2_000;
/** A device that is opened may take longer for its first block: sound servers wake up, cards are powered. */
const openingMs = 6_000;

/** What stands in the profile beside any microphone's own keys. */
export const MicrophoneSettings = z.strictObject({
  gain: z.number().min(-40).max(40).default(0).describe('dB, on top of what the device gives'),
});

/** What is the case with a microphone. `since` is wall time. */
export type MicrophoneStatus =
  /** Nobody listens; it is closed. */
  | { readonly state: 'off' }
  | { readonly state: 'starting'; readonly since: WallMs }
  | { readonly state: 'live'; readonly since: WallMs }
  /** Unplugged, hung or refused; it is tried again by itself. */
  | { readonly state: 'away'; readonly since: WallMs; readonly reason: string }
  /** Closed, whoever wants it, until privacy mode ends. */
  | { readonly state: 'private'; readonly since: WallMs };

export interface MicrophoneOptions {
  /** For messages. */
  readonly name: string;
  /** Opens the device once; called again after each loss. */
  readonly open: () => SoundSource;
  /** dB; 0 unless told. */
  readonly gainDb?: number;
  readonly log: Logger;
  readonly clock?: Clock;
  /** 10 s unless told. */
  readonly lingerMs?: number;
}

/**
 * A microphone that many may listen to: the first listener opens it, the last one closes it after a while, and a lost
 * device is tried again until it is back. Samples go through gain, level meter and ducking, in this order, in place.
 */
export class Microphone {
  readonly name: string;
  readonly #open: () => SoundSource;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #lingerMs: number;
  readonly #factor: number;
  readonly #listeners: Listeners<SoundBlock>;
  readonly #statusListeners: Listeners<MicrophoneStatus>;
  readonly #ducker = new Ducker();
  readonly #meter = new LevelMeter();
  readonly #retry = new Retry();
  #status: MicrophoneStatus = { state: 'off' };
  #source: SoundSource | undefined;
  /** The runs that are being closed: a device is opened again only when it was given back. */
  #closing: Promise<void> = Promise.resolve();
  #linger: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: MicrophoneOptions) {
    this.name = options.name;
    this.#open = options.open;
    this.#log = options.log;
    this.#clock = options.clock ?? systemClock;
    this.#lingerMs = options.lingerMs ?? defaultLingerMs;
    this.#factor = amplitude(options.gainDb ?? 0);
    this.#listeners = new Listeners(options.log);
    this.#statusListeners = new Listeners(options.log);
  }

  get status(): MicrophoneStatus {
    return this.#status;
  }

  /** How loud the last block was, after gain and before ducking; silence while the microphone is not live. */
  get level(): Level {
    return this.#meter;
  }

  onStatus(listener: (status: MicrophoneStatus) => void): Release {
    return this.#statusListeners.add(listener);
  }

  /** Begins to listen. The block's samples are valid during the call only. */
  listen(listener: (block: SoundBlock) => void): Release {
    const release = this.#listeners.add(listener);
    clearTimeout(this.#linger);
    if (this.#status.state === 'off') this.#start();
    return () => {
      release();
      const { state } = this.#status;
      if (this.#listeners.size > 0 || state === 'off' || state === 'private') return;
      clearTimeout(this.#linger);
      this.#linger = setTimeout(() => void this.#close(), this.#lingerMs);
    };
  }

  /** Goes down by 20 dB while somebody talks through the speaker beside it, and 300 ms longer. */
  duck(talking: boolean): void {
    this.#ducker.duck(talking);
  }

  /**
   * Closes it at once, whoever listens, and keeps it closed until privacy ends; its listeners keep waiting. Resolves
   * when the device is given back.
   */
  setPrivate(on: boolean): Promise<void> {
    if (on === (this.#status.state === 'private')) return this.#closing;
    if (on) {
      this.#setStatus({ state: 'private', since: this.#clock.wall() });
      return this.#close();
    }
    this.#setStatus(
      this.#listeners.size > 0 ? { state: 'starting', since: this.#clock.wall() } : { state: 'off' },
    );
    if (this.#listeners.size > 0) this.#start();
    return this.#closing;
  }

  /** Closes the device whoever listens. Idempotent; a later listener opens it again, unless privacy forbids. */
  stop(): Promise<void> {
    return this.#close();
  }

  #start(): void {
    // A device that is away stays so until it is heard again: viewers do not see every attempt.
    if (this.#status.state === 'off') this.#setStatus({ state: 'starting', since: this.#clock.wall() });
    const source = this.#open();
    this.#source = source;
    this.#watch(source, openingMs);
    void this.#closing.then(() => {
      if (this.#source !== source) return;
      source.start({
        block: (block) => this.#block(source, block),
        ended: (reason) => this.#lost(source, reason),
      });
    });
  }

  #watch(source: SoundSource, ms: number): void {
    clearTimeout(this.#watchdog);
    const hung = () => this.#lost(source, new VedetteError('sound/no-sound', { name: this.name }));
    this.#watchdog = setTimeout(hung, ms);
  }

  #block(source: SoundSource, block: SoundBlock): void {
    if (this.#source !== source) return;
    if (this.#status.state === 'live') {
      this.#watchdog?.refresh();
    } else {
      this.#watch(source, silentMs);
      this.#retry.reset();
      this.#setStatus({ state: 'live', since: this.#clock.wall() });
    }
    applyGain(block.samples, this.#factor);
    this.#meter.measure(block.samples);
    this.#ducker.process(block.samples);
    this.#listeners.tell(block);
  }

  #lost(source: SoundSource, reason: VedetteError): void {
    if (this.#source !== source) return;
    this.#giveBack();
    if (this.#status.state !== 'away') {
      this.#log.warn({ code: reason.code }, reason.message);
      this.#setStatus({ state: 'away', since: this.#clock.wall(), reason: reason.message });
    }
    this.#retry.schedule(() => this.#start());
  }

  /** Ends the present run. */
  #giveBack(): void {
    clearTimeout(this.#watchdog);
    this.#meter.reset();
    const source = this.#source;
    this.#source = undefined;
    if (!source) return;
    this.#closing = Promise.all([this.#closing, source.stop()]).then(
      () => undefined,
      (error: unknown) => this.#log.error({ err: error }, `microphone ${this.name} was not closed well`),
    );
  }

  #close(): Promise<void> {
    clearTimeout(this.#linger);
    this.#retry.reset();
    this.#giveBack();
    const { state } = this.#status;
    if (state !== 'off' && state !== 'private') this.#setStatus({ state: 'off' });
    return this.#closing;
  }

  #setStatus(status: MicrophoneStatus): void {
    this.#status = status;
    this.#statusListeners.tell(status);
  }
}
