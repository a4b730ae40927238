import type { Profile } from '../profile/profile.ts';

/** What a device needs of its machine to do what its profile says. */
export interface ServiceNeeds {
  /** That this machine has, of those the devices belong to. */
  readonly groups: readonly string[];
  /** As `DeviceAllow=` names them: groups of `/proc/devices`, or files. */
  readonly devices: readonly string[];
  /** A port below 1024. */
  readonly lowPorts: boolean;
  /** What a person should know. */
  readonly notes: readonly string[];
}

interface Hardware {
  readonly group: string;
  readonly devices: readonly string[];
}

const video: Hardware = { group: 'video', devices: ['char-video4linux', 'char-media'] };
const raspberryCamera: Hardware = {
  group: 'video',
  devices: [...video.devices, 'char-dma_heap', 'char-vchiq'],
};
const audio: Hardware = { group: 'audio', devices: ['char-alsa'] };
const gpio: Hardware = { group: 'gpio', devices: ['char-gpiochip'] };
const i2c: Hardware = { group: 'i2c', devices: ['char-i2c'] };
const serial: Hardware = {
  group: 'dialout',
  devices: ['char-ttyUSB', 'char-ttyACM', 'char-ttyAMA', 'char-ttyS'],
};

const input: Hardware = { group: 'input', devices: ['char-input'] };

const cameraHardware: Readonly<Record<string, Hardware>> = { v4l2: video, rpicam: raspberryCamera };
const soundHardware: Readonly<Record<string, Hardware>> = { auto: audio, alsa: audio };
const sensorHardware: Readonly<Record<string, Hardware>> = { gpio, i2c, serial, modbus: serial };
const keypadHardware: Readonly<Record<string, Hardware>> = { evdev: input, serial };
const actionHardware: Readonly<Record<string, Hardware>> = { output: gpio };

/** First port that anybody may listen on. */
const firstFreePort = 1024;

/**
 * Reads off a profile what its service needs.
 *
 * @param known the groups of this machine
 */
export function serviceNeeds(profile: Profile, known: ReadonlySet<string>): ServiceNeeds {
  const { feeds, sensors, actions, keypads, http, media } = profile;
  const sounds = feeds.flatMap(({ microphone, speaker }) => [microphone?.kind, speaker?.kind]);
  const hardware = [
    ...feeds.map(({ camera }) => cameraHardware[camera.kind]),
    ...sounds.map((kind) => (kind === undefined ? undefined : soundHardware[kind])),
    // Modbus over TCP needs no line.
    ...sensors.map(({ kind }) => sensorHardware[kind]),
    ...keypads.map(({ kind }) => keypadHardware[kind]),
    ...actions.map(({ kind }) => actionHardware[kind]),
  ].filter((one) => one !== undefined);
  const groups = [...new Set(hardware.map(({ group }) => group))];
  const missing = groups.filter((group) => !known.has(group));
  const ports = [http.port, media.port ?? http.port, media.tcpPort || firstFreePort];
  return {
    groups: groups.filter((group) => known.has(group)),
    devices: [...new Set(hardware.flatMap(({ devices }) => devices))],
    lowPorts: ports.some((port) => port > 0 && port < firstFreePort),
    notes: [
      ...(missing.length > 0
        ? [
            `This machine has no group ${missing.join(', ')}: see that the device files can be opened without.`,
          ]
        : []),
      ...(sounds.includes('pulse')
        ? ['PulseAudio and PipeWire run for a person: install with --user, or use kind alsa.']
        : []),
      ...(feeds.some(({ camera }) => camera.kind === 'screen')
        ? ['A screen belongs to a person: install with --user.']
        : []),
    ],
  };
}
