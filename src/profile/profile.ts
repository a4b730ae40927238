import type { Action, ActionParts } from '../actions/kind.ts';
import { type KeypadProfile, keypadProfile } from '../keypads/profile.ts';
import { type LockProfile, lockProfile } from '../locks/profile.ts';
import type { CameraSource } from '../media/cameras/kind.ts';
import { masked } from '../media/cameras/masked.ts';
import type { SoundSource } from '../media/sound/source.ts';
import type { SpeakerDevice } from '../media/sound/speakers/kind.ts';
import type { Rule, Rules } from '../rules/compile.ts';
import { type SensorProfile, sensorProfile } from '../sensors/profile.ts';
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
  /** Clips of it begin so long before their event, so that it is encoded all the time; 0 where nothing asks for that. */
  readonly preRollMs: number;
}

/** Something the device can do. */
export interface ActionProfile extends Entry<Action, [ActionParts]> {
  /** As rules call it. */
  readonly name: string;
}

/** Keys of a profile that stand as they are. */
type PlainKey =
  | ('device' | 'live' | 'records' | 'mqtt' | 'signaling' | 'homeassistant' | 'push')
  | ('http' | 'access' | 'media' | 'limits' | 'iceServers' | 'log');

/** One device, with every default filled in. */
export interface Profile extends Pick<ProfileFile, PlainKey> {
  /** Its name for people. */
  readonly title: string;
  /** In the order of the file; at least one. */
  readonly feeds: readonly FeedProfile[];
  readonly sensors: readonly SensorProfile[];
  readonly actions: readonly ActionProfile[];
  readonly locks: readonly LockProfile[];
  readonly keypads: readonly KeypadProfile[];
  readonly rules: Rules;
}

/** The sensors of a profile, with what their kinds say of them. */
export function sensorsOf(file: ProfileFile): readonly SensorProfile[] {
  return Object.entries(file.sensors).map(([name, entry]) => sensorProfile(name, entry));
}

/**
 * Says which camera has which sound: its own, else the device's.
 * @param sensors as of {@link sensorsOf}
 * @param rules compiled for them
 */
export function profileOf(file: ProfileFile, sensors: readonly SensorProfile[], rules: Rules): Profile {
  const microphone = file.microphone && { ...file.microphone, name: 'microphone' };
  const speaker = file.speaker && { ...file.speaker, name: 'speaker' };
  const feeds = Object.entries(file.cameras).map(([name, camera]) => {
    const { kind, options, open, masks } = camera;
    return {
      name,
      title: camera.title ?? titleOf(name),
      // Whoever opens this camera gets it covered: there is no other way to its pictures.
      camera: { kind, options, open: () => masked(open(), masks) },
      ...given('microphone', own(camera.microphone, `cameras.${name}.microphone`, microphone)),
      ...given('speaker', own(camera.speaker, `cameras.${name}.speaker`, speaker)),
      preRollMs: preRollOf(name, file),
    };
  });
  const { device, records, signaling, mqtt, homeassistant, push, http, media, limits, iceServers, log } =
    file;
  const { access, live } = file;
  return {
    ...{ device, title: file.title ?? titleOf(device), feeds, sensors, rules },
    locks: Object.entries(file.locks).map(([name, entry]) => lockProfile(name, entry)),
    keypads: Object.entries(file.keypads).map(([name, entry]) => keypadProfile(name, entry)),
    actions: Object.entries(file.actions).map(([name, action]) => ({ name, ...action })),
    ...{
      live,
      records,
      ...given('mqtt', mqtt),
      ...given('signaling', signaling),
      homeassistant,
      push,
      http,
      access,
      media,
      limits,
      iceServers,
      log,
    },
  };
}

/** The door whose bell a rule rings; undefined where it rings none. */
export function doorOf({ actions }: Profile, { options }: Rule): string | undefined {
  const ring = actions.find(({ name, kind }) => kind === 'ring' && options.do.includes(name));
  if (!ring) return undefined;
  const { feed } = ring.options;
  return typeof feed === 'string' ? feed : options.feed;
}

function actionsOf(rule: ProfileFile['rules'][string]): readonly string[] {
  return [...rule.do, ...rule.onClear, ...rule.onFault, ...rule.escalate.flatMap((step) => step.do)];
}

/** The longest time before an event that an action of a rule records of a feed. */
function preRollOf(feed: string, { rules, actions }: ProfileFile): number {
  const recorded = Object.values(rules).flatMap((rule) =>
    actionsOf(rule).flatMap((name) => {
      const action = actions[name];
      if (action?.kind !== 'record') return [];
      const { feed: named = rule.feed, before } = action.options;
      return named === feed ? [Number(before)] : [];
    }),
  );
  return Math.max(0, ...recorded);
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
