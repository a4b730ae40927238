import type { CameraSource } from '../media/cameras/kind.ts';
import type { SoundSource } from '../media/sound/source.ts';
import type { SpeakerDevice } from '../media/sound/speakers/kind.ts';
import type { Entry } from './entry.ts';
import type { ProfileFile } from './schema.ts';

/** A microphone of the profile. Feeds that share one share this very object. */
export interface MicrophoneProfile extends Entry<SoundSource> {
  /** Its place in the profile: `microphone` or `cameras.door.microphone`. */
  readonly name: string;
  /** dB, on top of what the device gives. */
  readonly gain: number;
}

/** A speaker of the profile. Feeds that share one share this very object. */
export interface SpeakerProfile extends Entry<SpeakerDevice> {
  /** Its place in the profile: `speaker` or `cameras.door.speaker`. */
  readonly name: string;
}

/** One camera, and the sound that goes with it. */
export interface FeedProfile {
  /** In URLs and messages. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly camera: Entry<CameraSource>;
  readonly microphone?: MicrophoneProfile;
  readonly speaker?: SpeakerProfile;
}

/** One device, with every default filled in. */
export interface Profile
  extends Pick<ProfileFile, 'device' | 'http' | 'media' | 'limits' | 'iceServers' | 'log'> {
  /** Its name for people. */
  readonly title: string;
  /** In the order of the file; at least one. */
  readonly feeds: readonly FeedProfile[];
}

/** Says which camera has which sound: its own, else the device's. */
export function profileOf(file: ProfileFile): Profile {
  const { device, http, media, limits, iceServers, log } = file;
  const microphone = file.microphone && { ...file.microphone, name: 'microphone' };
  const speaker = file.speaker && { ...file.speaker, name: 'speaker' };
  const feeds = Object.entries(file.cameras).map(([name, camera]) => {
    const { kind, options, open } = camera;
    return {
      name,
      title: camera.title ?? titleOf(name),
      camera: { kind, options, open },
      ...given('microphone', own(camera.microphone, `cameras.${name}.microphone`, microphone)),
      ...given('speaker', own(camera.speaker, `cameras.${name}.speaker`, speaker)),
    };
  });
  return { device, title: file.title ?? titleOf(device), feeds, http, media, limits, iceServers, log };
}

function own<Sound extends object, Shared>(
  sound: Sound | false | undefined,
  name: string,
  shared: Shared,
): (Sound & { name: string }) | Shared | undefined {
  if (sound === undefined) return shared;
  return sound === false ? undefined : { ...sound, name };
}

/** `{ [key]: value }`, or nothing at all: an absent key says more than one that is undefined. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}

/** `front-door` to `Front door`. */
function titleOf(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
