import { type Clock, systemClock } from '../../clock.ts';
import { VedetteError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { TalkStatus } from '../../protocol/events.ts';
import { blockSamples } from '../frame.ts';
import { Listeners } from '../listeners.ts';
import type { Release } from '../stream.ts';
import { DeviceClock } from './device-clock.ts';
import { createVoiceDecoder } from './opus.ts';
import { blockMs, Pacer } from './pacer.ts';
import { Playout, type VoiceDecoder } from './playout.ts';
import { Retry } from './retry.ts';
import type { OpusSource } from './source.ts';
import type { SpeakerDevice } from './speakers/kind.ts';

/** A talker who sends nothing for so long has vanished, and gives the speaker to the next. */
const vanishedMs = 3_000;
/** The device stays open so long after a talk: people talk in turns. */
const defaultLingerMs = 5_000;
/** An open device that takes nothing for so long hangs. */
const hungMs = 3_000;
/** Opening may take longer: sound servers wake up, cards are powered. */
const openingMs = 6_000;

export interface SpeakerOptions {
  /** For messages. */
  readonly name: string;
  /** Opens the device once; called again after each loss. */
  readonly open: () => SpeakerDevice;
  readonly log: Logger;
  readonly clock?: Clock;
  /** 5 s unless told. */
  readonly lingerMs?: number;
}

interface Talk {
  readonly session: string;
  readonly source: OpusSource;
  /** Set where it gives way to whoever asks. */
  readonly yielded?: () => void;
  decoder?: VoiceDecoder;
  /** From the decoder's being loaded on. */
  playout?: Playout;
  silentMs: number;
  /** How much had been given to this run of the device when the first word was. */
  firstWordMs?: number;
}

/** One run of the device. */
interface Run {
  readonly device: SpeakerDevice;
  ready: boolean;
  givenMs: number;
  playedMs: number;
  /** Since it took something last. */
  waitingMs: number;
  readonly clock: DeviceClock;
}

/**
 * A speaker for one talker at a time. It pulls a packet every 20 ms, conceals what is missing and plays it; it is
 * `connecting` until the first word has really left for the hardware. A lost device comes back by itself; meanwhile
 * the talk goes on unheard, and is `connecting` again.
 */
export class Speaker {
  readonly name: string;
  readonly #open: () => SpeakerDevice;
  readonly #log: Logger;
  readonly #lingerMs: number;
  readonly #statusListeners: Listeners<TalkStatus>;
  readonly #retry = new Retry();
  readonly #pacer: Pacer;
  readonly #block = new Int16Array(blockSamples);
  #status: TalkStatus = { state: 'idle' };
  #talk: Talk | undefined;
  #run: Run | undefined;
  /** The runs that are being closed: a device is opened again only when it was given back. */
  #closing: Promise<void> = Promise.resolve();
  #linger: NodeJS.Timeout | undefined;
  /** It was lost and has not played since: said once, not at every attempt. */
  #away = false;

  constructor(options: SpeakerOptions) {
    this.name = options.name;
    this.#open = options.open;
    this.#log = options.log;
    this.#lingerMs = options.lingerMs ?? defaultLingerMs;
    this.#statusListeners = new Listeners(options.log);
    this.#pacer = new Pacer(options.clock ?? systemClock, () => this.#tick());
  }

  get status(): TalkStatus {
    return this.#status;
  }

  /** What the others see, and what ducks the microphone beside it. */
  onStatus(listener: (status: TalkStatus) => void): Release {
    return this.#statusListeners.add(listener);
  }

  /**
   * Gives the speaker to this session until it is released, or sends nothing for 3 s.
   *
   * @param yielded makes it give way to the next who asks, and is told so: for what is no person
   * @returns undefined while somebody talks already.
   */
  talk(session: string, source: OpusSource, yielded?: () => void): Release | undefined {
    if (this.#talk) {
      if (!this.#talk.yielded) return undefined;
      const { yielded: tell } = this.#talk;
      this.#end(this.#talk);
      tell();
    }
    const talk: Talk = { session, source, silentMs: 0, ...(yielded ? { yielded } : {}) };
    this.#talk = talk;
    clearTimeout(this.#linger);
    this.#setStatus({ state: 'connecting', session });
    createVoiceDecoder().then(
      (decoder) => {
        if (this.#talk !== talk) return decoder.free();
        talk.decoder = decoder;
        talk.playout = new Playout(source, decoder);
      },
      (error: unknown) => {
        this.#log.error({ err: error }, 'the Opus decoder could not be loaded: nobody can talk');
        this.#end(talk);
      },
    );
    if (!this.#pacer.running) {
      this.#openDevice();
      this.#pacer.start();
    }
    return () => this.#end(talk);
  }

  /** Ends the talk and closes the device. Idempotent; a later talk opens it again. */
  stop(): Promise<void> {
    if (this.#talk) this.#end(this.#talk);
    return this.#close();
  }

  /** 20 ms: what the talker said goes to the device, or nowhere while there is none. */
  #tick(): void {
    const talk = this.#talk;
    const played = talk?.playout?.next(this.#block) ?? 'silence';
    if (!talk?.playout) this.#block.fill(0);
    const run = this.#run;
    if (run) this.#play(run);
    if (!talk) return;
    if (run?.ready && played === 'voice') talk.firstWordMs ??= run.givenMs;
    talk.silentMs = played === 'silence' ? talk.silentMs + blockMs : 0;
    if (talk.silentMs >= vanishedMs) this.#end(talk);
  }

  #play(run: Run): void {
    run.waitingMs = run.ready && run.playedMs >= run.givenMs ? 0 : run.waitingMs + blockMs;
    if (run.waitingMs > (run.ready ? hungMs : openingMs)) {
      this.#lost(
        run,
        new VedetteError('sound/device-lost', { device: this.name, detail: 'it takes no sound' }),
      );
      return;
    }
    if (!run.ready) return;
    run.givenMs += blockMs;
    run.device.play(this.#block);
    this.#pacer.trim = run.clock.follow(run.givenMs - run.playedMs);
  }

  #openDevice(): void {
    const run: Run = {
      device: this.#open(),
      ready: false,
      givenMs: 0,
      playedMs: 0,
      waitingMs: 0,
      clock: new DeviceClock(),
    };
    this.#run = run;
    void this.#closing.then(() => {
      if (this.#run !== run) return;
      run.device.start({
        ready: () => {
          run.ready = true;
          run.waitingMs = 0;
        },
        played: (ms) => this.#played(run, ms),
        ended: (reason) => this.#lost(run, reason),
      });
    });
  }

  #played(run: Run, ms: number): void {
    if (this.#run !== run || ms <= run.playedMs) return;
    run.playedMs = ms;
    run.waitingMs = 0;
    this.#retry.reset();
    this.#away = false;
    const talk = this.#talk;
    if (!talk || this.#status.state !== 'connecting') return;
    if (talk.firstWordMs !== undefined && ms >= talk.firstWordMs) {
      this.#setStatus({ state: 'talking', session: talk.session });
    }
  }

  #lost(run: Run, reason: VedetteError): void {
    if (this.#run !== run) return;
    if (!this.#away) this.#log.warn({ code: reason.code }, reason.message);
    this.#away = true;
    this.#giveBack();
    if (this.#talk) {
      delete this.#talk.firstWordMs;
      if (this.#status.state === 'talking') {
        this.#setStatus({ state: 'connecting', session: this.#talk.session });
      }
    }
    this.#retry.schedule(() => this.#openDevice());
  }

  #end(talk: Talk): void {
    if (this.#talk !== talk) return;
    this.#talk = undefined;
    talk.decoder?.free();
    this.#linger = setTimeout(() => void this.#close(), this.#lingerMs);
    this.#setStatus({ state: 'idle' });
  }

  #close(): Promise<void> {
    clearTimeout(this.#linger);
    this.#retry.reset();
    this.#away = false;
    this.#pacer.stop();
    this.#giveBack();
    return this.#closing;
  }

  #giveBack(): void {
    this.#pacer.trim = 0;
    const device = this.#run?.device;
    this.#run = undefined;
    if (!device) return;
    this.#closing = Promise.all([this.#closing, device.stop()]).then(
      () => undefined,
      (error: unknown) => this.#log.error({ err: error }, `speaker ${this.name} was not closed well`),
    );
  }

  #setStatus(status: TalkStatus): void {
    this.#status = status;
    this.#statusListeners.tell(status);
  }
}
