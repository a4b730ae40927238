import { type Device, startDevice } from '../e2e/device.ts';

/** The camera of {@link startWatchedDevice}. */
export const camera = { feed: 'front-door', width: 640, height: 360, toneHz: 1_000 } as const;

/** A device with a picture, a tone and a speaker that writes to `speaker.wav` in the device's folder. */
export function startWatchedDevice(more: Readonly<Record<string, unknown>> = {}): Promise<Device> {
  return startDevice(({ folder }) => ({
    device: 'interop',
    cameras: {
      [camera.feed]: {
        kind: 'test',
        width: camera.width,
        height: camera.height,
        microphone: { kind: 'test', frequency: camera.toneHz },
        speaker: { kind: 'file', path: `${folder}/speaker.wav` },
      },
    },
    ...more,
  }));
}

/** Where it is watched. */
export const whepUrl = ({ url }: Device): string => new URL(`whep/${camera.feed}`, url).href;
