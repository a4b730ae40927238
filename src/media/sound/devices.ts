import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listPulse } from './pulse.ts';

/** One microphone or speaker of this machine, as a profile would name it. */
export interface SoundDevice {
  readonly use: 'microphone' | 'speaker';
  readonly kind: 'alsa' | 'pulse';
  /** What stands in the profile: an ALSA `device`, a PulseAudio `source` or `sink`. */
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** The system takes the speaker's sound out of it: both ends can talk at once. */
  readonly echoCancelled: boolean;
}

/** All microphones and speakers: the sound server's first, then the cards. Empty where there are none. */
export async function listSoundDevices(): Promise<readonly SoundDevice[]> {
  const [sources, sinks, cards] = await Promise.all([listPulse('sources'), listPulse('sinks'), listAlsa()]);
  const pulse = (use: SoundDevice['use'], devices: typeof sources): SoundDevice[] =>
    devices
      .filter(({ monitor }) => !monitor)
      .map(({ name, echoCancelled }) => ({ use, kind: 'pulse', id: name, title: name, echoCancelled }));
  return [...pulse('microphone', sources), ...pulse('speaker', sinks), ...cards];
}

/** The cards' devices, from the kernel's own lists. @param root for tests. */
export async function listAlsa(root = '/proc/asound'): Promise<readonly SoundDevice[]> {
  const [cards, pcm] = await Promise.all(
    ['cards', 'pcm'].map((file) => readFile(join(root, file), 'utf8').catch(() => '')),
  );
  return readAlsa(cards ?? '', pcm ?? '');
}

/**
 * Reads the two lists. Cards are named by their short name, which stays when USB numbers them anew.
 *
 * ```
 * cards:  1 [Device         ]: USB-Audio - USB Audio Device
 * pcm:   01-00: USB Audio : USB Audio : playback 1 : capture 1
 * ```
 */
export function readAlsa(cards: string, pcm: string): readonly SoundDevice[] {
  const known = new Map<number, { readonly name: string; readonly title: string }>();
  for (const [, number, name, title] of cards.matchAll(/^\s*(\d+) \[(\S+)\s*\]: .*? - (.*)$/gm)) {
    known.set(Number(number), { name: name ?? '', title: title ?? '' });
  }
  return [...pcm.matchAll(/^(\d+)-(\d+): (.*)$/gm)].flatMap(([, card, device, rest = '']) => {
    const found = known.get(Number(card));
    if (!found) return [];
    const id = `plughw:CARD=${found.name},DEV=${Number(device)}`;
    const what = rest.split(' : ')[0]?.trim() ?? '';
    const title = what === '' ? found.title : `${found.title}: ${what}`;
    const entry = (use: SoundDevice['use']): SoundDevice => ({
      use,
      kind: 'alsa',
      id,
      title,
      echoCancelled: false,
    });
    return [
      ...(/ : capture \d/.test(rest) ? [entry('microphone')] : []),
      ...(/ : playback \d/.test(rest) ? [entry('speaker')] : []),
    ];
  });
}
