import { z } from 'zod';
import { PushSettings } from '../actions/web-push/settings.ts';
import { MqttSettings } from '../buses/mqtt-settings.ts';
import { HomeAssistantSettings } from '../homeassistant/settings.ts';
import { keypadKinds } from '../keypads/kinds.ts';
import { KeypadName, KeypadSettings } from '../keypads/settings.ts';
import { lockKinds } from '../locks/kinds.ts';
import { LockName, LockSettings } from '../locks/settings.ts';
import { cameraKinds } from '../media/cameras/kinds.ts';
import { Mask } from '../media/masks.ts';
import { MicrophoneSettings } from '../media/sound/microphone.ts';
import { microphoneKinds } from '../media/sound/microphones/kinds.ts';
import { speakerKinds } from '../media/sound/speakers/kinds.ts';
import { durationBetween } from '../protocol/duration.ts';
import { SensorName } from '../protocol/reading.ts';
import { secretText } from '../protocol/secret.ts';
import { RecordsSettings } from '../records/settings.ts';
import { SignalingSettings } from '../signaling/settings.ts';
import { alarmShape } from './alarm-schema.ts';
import { entrySchema } from './entry.ts';
import { jsonSchema, type SchemaNode } from './wording.ts';

/** Longest DNS label (RFC 1035, 2.3.4): the device's name is one, in `<device>.local`. */
const maxLabelLength = 63;
/** As long as a feed's name may be on the wire. */
const maxFeedNameLength = 64;
/** TCP port of everything but media. */
const defaultPort = 8480;

/** A device's name: a DNS label, since it is announced as `<device>.local`. */
export const DeviceName = z
  .string()
  .max(maxLabelLength)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'small letters and digits, with hyphens between them')
  .describe('Its name, also in the network: <device>.local');

/** A camera's name, which is its feed's. */
export const CameraName = z
  .string()
  .max(maxFeedNameLength)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'letters, digits, hyphens and underscores');

/** More would be another picture. */
const maxMasks = 16;

const Title = z.string().min(1).max(100);

const MicrophoneEntry = entrySchema(microphoneKinds, MicrophoneSettings.shape);
const SpeakerEntry = entrySchema(speakerKinds, {});
/** `microphone: auto` is short for `microphone: { kind: auto }`. */
const autoMicrophone = z.literal('auto').transform(() => MicrophoneEntry.parse({ kind: 'auto' }));
const autoSpeaker = z.literal('auto').transform(() => SpeakerEntry.parse({ kind: 'auto' }));

const CameraEntry = entrySchema(cameraKinds, {
  title: Title.optional().describe('What people read; made from its name by default'),
  microphone: z
    .union([autoMicrophone, z.literal(false), MicrophoneEntry])
    .optional()
    .describe("Its sound; the device's microphone by default, false for none"),
  speaker: z
    .union([autoSpeaker, z.literal(false), SpeakerEntry])
    .optional()
    .describe("Where visitors are heard; the device's speaker by default, false for none"),
  masks: z
    .array(Mask)
    .max(maxMasks)
    .default([])
    .describe('Parts of its picture that nobody sees, black before anything else happens to it'),
});

const FilePath = z.string().min(1);

const Tls = z.union([
  z.literal('auto').transform(() => ({ mode: 'auto' as const })),
  z.literal('off').transform(() => ({ mode: 'off' as const })),
  z
    .strictObject({
      certificate: FilePath.describe('PEM file with the certificate and its chain'),
      key: FilePath.describe('PEM file with its private key'),
    })
    .transform((files) => ({ mode: 'files' as const, ...files })),
]);

const Http = z.strictObject({
  port: z.int().min(0).max(65_535).default(defaultPort).describe('TCP port; 0 takes any that is free'),
  host: z.string().min(1).default('::').describe('Address to listen on; :: for all'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'an address that begins with https:// or http://' })
    .transform((text) => new URL(text))
    .optional()
    .describe('The address people use from outside, where a proxy or a real name leads here'),
  mdns: z.boolean().default(true).describe('Announce <device>.local in the local network'),
  tls: Tls.prefault('auto').describe('auto: certificates of its own; off: no HTTPS; or files of yours'),
});

const Access = z.strictObject({
  loopback: z
    .boolean()
    .default(false)
    .describe('Whoever asks from the machine itself is its owner; with a proxy, that may be the whole world'),
  clock: z
    .enum(['ntp', 'trusted'])
    .default('ntp')
    .describe(
      'When grants with times hold. ntp: once a time server has set the clock; trusted: always, for a clock that a battery keeps',
    ),
  presence: z
    .strictObject({
      sensor: SensorName.describe('A button of the device, hidden from who stands before it'),
      hold: durationBetween('1s', '1m').prefault('5s').describe('How long it is held'),
    })
    .optional()
    .describe('Whoever holds this button lets one phone of the same network in as an owner'),
});

const ActionNames = z.array(z.string().min(1)).max(8).default([]);

const Live = z.strictObject({
  light: ActionNames.describe('Actions of kind output that are on while anybody sees or hears'),
  sound: ActionNames.describe('Actions that are run once when somebody begins to; twice a minute at most'),
});

const MediaPort = z.int().min(0).max(65_535);

const Media = z.strictObject({
  port: MediaPort.optional().describe('UDP port of all picture and sound; as http.port by default'),
  tcpPort: z
    .union([z.literal(false), MediaPort])
    .optional()
    .describe(
      'TCP port for viewers whose network lets no UDP through; the next one by default, false for none',
    ),
});

const Limits = z.strictObject({
  viewers: z.int().min(1).max(1000).default(20).describe('So many may watch at once'),
  standby: z.int().min(0).max(10_000).default(50).describe('So many may be connected and wait'),
});

const IceUrl = z.string().regex(/^(stun|turn)s?:[^\s]+$/, 'a stun:, turn: or turns: address');

const IceServer = z.strictObject({
  urls: z
    .union([IceUrl, z.array(IceUrl).min(1)])
    .transform((urls) => [urls].flat())
    .describe('stun: or turn: addresses'),
  username: z.string().min(1).optional(),
  credential: secretText.optional(),
  secret: secretText
    .optional()
    .describe('Shared with the TURN server (coturn: use-auth-secret); credentials of a day are made from it'),
});

const Log = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('debug and trace also tell network addresses'),
  format: z
    .enum(['auto', 'human', 'json'])
    .default('auto')
    .describe('auto: human in a terminal, JSON otherwise'),
});

/** A profile as it is written. Its output is what {@link profileOf} takes. */
export const ProfileFile = z
  .strictObject({
    device: DeviceName,
    title: Title.optional().describe('What people read; made from its name by default'),
    cameras: z
      .record(CameraName, CameraEntry)
      .refine((cameras) => Object.keys(cameras).length > 0, 'at least one camera')
      .describe('Each is a feed that people can watch, by this name'),
    microphone: z
      .union([autoMicrophone, MicrophoneEntry])
      .optional()
      .describe('The microphone of all cameras that have none of their own'),
    speaker: z
      .union([autoSpeaker, SpeakerEntry])
      .optional()
      .describe('The speaker of all cameras that have none of their own'),
    ...alarmShape,
    locks: z
      .record(LockName, entrySchema(lockKinds, LockSettings.shape))
      .default({})
      .describe('What it can unlock, each by the name that grants call it'),
    keypads: z
      .record(KeypadName, entrySchema(keypadKinds, KeypadSettings.shape))
      .default({})
      .describe('Where codes are typed that open a lock'),
    live: Live.prefault({}).describe('Tells whoever is at the device that somebody sees or hears'),
    records: RecordsSettings.prefault({}).describe('What it remembers, and for how long'),
    signaling: SignalingSettings.optional().describe('Ways in beside the page of the device itself'),
    mqtt: MqttSettings.optional().describe('The broker of sensors, actions and Home Assistant'),
    homeassistant: HomeAssistantSettings.prefault(false).describe(
      'Whether Home Assistant finds it by itself',
    ),
    push: PushSettings.prefault({}).describe('Notifications of browsers'),
    http: Http.prefault({}).describe('Page, signaling and API'),
    access: Access.prefault({}).describe('Who gets in without being asked in, and by which clock'),
    media: Media.prefault({}).describe('How picture and sound travel'),
    limits: Limits.prefault({}).describe('How much the device takes on'),
    iceServers: z
      .array(IceServer)
      .default([])
      .describe('STUN and TURN servers; none are needed in one network'),
    log: Log.prefault({}).describe('What it says while it runs'),
  })
  .meta({ title: 'A Vedette profile', description: 'Describes one device' });
export type ProfileFile = z.output<typeof ProfileFile>;

let schema: SchemaNode | undefined;

/** The JSON Schema of profiles as they are written. */
export function profileSchema(): SchemaNode {
  schema ??= jsonSchema(ProfileFile);
  return schema;
}
