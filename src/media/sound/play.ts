import { nameOf, type SoundText } from './load-sound.ts';
import { playLoaded } from './play-loaded.ts';
import { Sounds } from './sounds.ts';
import type { Speaker } from './speaker.ts';

/** All speakers of a device play the same few sounds. */
const sounds = new Sounds();

/**
 * Plays a file, or speaks words, to the end. A person who talks goes first: it waits while somebody talks, and ends
 * where somebody wants to.
 *
 * @param signal ends it; what was played was played
 * @throws VedetteError `action/bad-sound`, `action/no-speech`, `action/speaker-busy`, `action/unheard`, `ffmpeg/missing`
 */
export async function playSound(
  speaker: Speaker,
  sound: SoundText,
  signal?: AbortSignal,
  times = 1,
): Promise<void> {
  await playLoaded(speaker, await sounds.load(sound), { name: nameOf(sound), signal, times });
}

/**
 * Loads a sound before it is needed, so that it begins at once.
 *
 * @throws VedetteError `action/bad-sound`, `action/no-speech`, `ffmpeg/missing`
 */
export async function readySound(sound: SoundText): Promise<void> {
  await sounds.load(sound);
}
