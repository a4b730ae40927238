import type { TalkStatus } from '../protocol/events.ts';
import { type Microphone, microphoneProblem, openMicrophone } from './microphone.ts';
import { idleTalk, stepTalk, type Talk, type TalkEffect, type TalkInput } from './talk.ts';

/** Where the voice goes in the session that stands now. */
export interface TalkLine {
  readonly session: string;
  /** The sender of the negotiated audio section; its track comes and goes without renegotiation. */
  readonly sender: RTCRtpSender;
  /** Asks the device for its speaker, or gives it back. False where it could not be said. */
  say(on: boolean): boolean;
}

/** Drives {@link stepTalk}: opens and releases the microphone, and asks the device for its speaker. */
export class TalkControl {
  readonly #changed: () => void;
  #state: Talk = idleTalk;
  #line: TalkLine | undefined;
  #microphone: Microphone | undefined;
  /** Rises with each press and release: a permission given for an earlier press opens nothing. */
  #press = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get state(): Talk {
    return this.#state;
  }

  /** How loud the microphone is, 0 to 1. */
  get level(): number {
    return this.#microphone?.level() ?? 0;
  }

  /** The line of a new session, or none. What was said on the old one is lost. */
  set line(line: TalkLine | undefined) {
    if (line?.sender === this.#line?.sender) return;
    this.feed({ type: 'lost' });
    this.#line = line;
  }

  speaker(status: TalkStatus | undefined): void {
    if (status === undefined) return;
    const ours = status.state !== 'idle' && status.session === this.#line?.session;
    const silent = status.state === 'connecting' ? 'connecting' : 'heard';
    this.feed({ type: 'speaker', is: ours ? silent : 'not-ours' });
  }

  feed(input: TalkInput): void {
    const { state, effects } = stepTalk(this.#state, input, Date.now());
    const changed = state !== this.#state;
    this.#state = state;
    for (const effect of effects) this.#do(effect);
    if (changed) this.#changed();
  }

  #do(effect: TalkEffect): void {
    switch (effect) {
      case 'open-microphone':
        this.#open();
        break;
      case 'release-microphone':
        this.#release();
        break;
      case 'say-on':
        this.#begin();
        break;
      case 'say-off':
        this.#line?.say(false);
        break;
    }
  }

  #open(): void {
    this.#press += 1;
    const press = this.#press;
    openMicrophone().then(
      (microphone) => {
        if (press !== this.#press) {
          microphone.close();
          return;
        }
        this.#microphone = microphone;
        microphone.track.onended = () =>
          this.feed({ type: 'microphone-failed', problem: { type: 'microphone-failed' } });
        this.feed({ type: 'microphone-open' });
      },
      (error: unknown) => {
        if (press === this.#press)
          this.feed({ type: 'microphone-failed', problem: microphoneProblem(error) });
      },
    );
  }

  #begin(): void {
    const press = this.#press;
    const line = this.#line;
    const lost = (): void => {
      if (press === this.#press) this.feed({ type: 'lost' });
    };
    if (!line || !this.#microphone) {
      lost();
      return;
    }
    line.sender.replaceTrack(this.#microphone.track).then(() => {
      if (press === this.#press && !line.say(true)) lost();
    }, lost);
  }

  #release(): void {
    this.#press += 1;
    this.#microphone?.close();
    this.#microphone = undefined;
    this.#line?.sender.replaceTrack(null).catch(() => undefined); // the connection is closed: nothing is sent
  }
}
