import { VedetteError } from '../../errors.ts';
import type { OpusPull } from '../frame.ts';
import { blockSamples } from '../frame.ts';
import type { LoadedSound } from './load-sound.ts';
import { createOpusEncoder } from './opus.ts';
import type { OpusSource } from './source.ts';
import type { Speaker } from './speaker.ts';

/** Whose name stands in `TalkStatus.session` while the device itself is heard. */
export const deviceTalker = 'device';
/** A person who talks goes first, and is waited for no longer than this: what comes later helps nobody. */
const waitForPersonMs = 10_000;
/** A device that has not begun by then does not play it. */
const openingMs = 8_000;

export interface PlayOptions {
  /** For messages. */
  readonly name: string;
  /** Ends it; what was played was played. */
  readonly signal?: AbortSignal | undefined;
  /** Once unless told. */
  readonly times?: number;
  readonly personMs?: number;
}

/**
 * Plays a sound to its end. A person who talks goes first: it waits while somebody talks, and ends where somebody
 * wants to.
 *
 * @throws VedetteError `action/speaker-busy`, `action/unheard`
 */
export async function playLoaded(speaker: Speaker, sound: LoadedSound, options: PlayOptions): Promise<void> {
  const { name, signal, times = 1, personMs = waitForPersonMs } = options;
  if (signal?.aborted) return;
  if (!(await silent(speaker, personMs, signal))) {
    if (signal?.aborted) return;
    throw new VedetteError('action/speaker-busy', { speaker: speaker.name });
  }
  const silence = await silentPacket();
  if (signal?.aborted) return;
  const { promise: ended, resolve: end } = Promise.withResolvers<'played' | 'cut' | 'unheard'>();
  const source = new SoundSource(speaker, sound, silence, times, () => end('played'));
  const release = speaker.talk(deviceTalker, source, () => end('cut'));
  if (!release) throw new VedetteError('action/speaker-busy', { speaker: speaker.name });
  const opening = setTimeout(() => !source.begun && end('unheard'), openingMs);
  const cut = () => end('cut');
  signal?.addEventListener('abort', cut);
  const how = await ended;
  clearTimeout(opening);
  signal?.removeEventListener('abort', cut);
  release();
  if (how === 'unheard') throw new VedetteError('action/unheard', { speaker: speaker.name, sound: name });
}

/**
 * A loaded sound as a talker: silence until the device really plays, so that nothing of the sound is lost while it
 * opens, then the sound.
 */
class SoundSource implements OpusSource {
  readonly depthMs = 0;
  readonly targetMs = 0;
  begun = false;
  readonly #speaker: Speaker;
  readonly #sound: LoadedSound;
  readonly #silence: Uint8Array;
  readonly #ended: () => void;
  #left: number;
  #next = 0;

  constructor(speaker: Speaker, sound: LoadedSound, silence: Uint8Array, times: number, ended: () => void) {
    this.#speaker = speaker;
    this.#sound = sound;
    this.#silence = silence;
    this.#left = times;
    this.#ended = ended;
  }

  pull(): OpusPull {
    this.begun ||= this.#speaker.status.state === 'talking';
    if (!this.begun) return { kind: 'packet', payload: this.#silence };
    const payload = this.#sound[this.#next];
    if (payload !== undefined) {
      this.#next++;
      return { kind: 'packet', payload };
    }
    if (--this.#left > 0 && this.#sound.length > 0) {
      this.#next = 0;
      return { kind: 'packet', payload: this.#silence };
    }
    this.#ended();
    return { kind: 'empty' };
  }
}

/** Whether nobody talks, now or within the time. */
async function silent(speaker: Speaker, withinMs: number, signal?: AbortSignal): Promise<boolean> {
  if (free(speaker)) return true;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), withinMs);
  const stop = () => resolve(false);
  signal?.addEventListener('abort', stop);
  const release = speaker.onStatus(() => free(speaker) && resolve(true));
  const free_ = await promise;
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  release();
  return free_;
}

/** What the device says itself gives way to what it says later. */
function free({ status }: Speaker): boolean {
  return status.state === 'idle' || status.session === deviceTalker;
}

let silence: Promise<Uint8Array> | undefined;

function silentPacket(): Promise<Uint8Array> {
  silence ??= createOpusEncoder().then((encoder) => {
    const packet = encoder.encode(new Int16Array(blockSamples));
    encoder.free();
    return packet;
  });
  return silence;
}
