import { expect, test } from 'vitest';
import { describeDevices } from '../../src/cli/devices.ts';
import { VedetteError } from '../../src/errors.ts';

const one = (value: number) => ({ min: value, max: value, step: 0 });

test('each device is listed as a profile would name it, with what it offers', () => {
  const lines = describeDevices(
    [
      {
        path: '/dev/video0',
        name: 'HD Webcam',
        ids: ['usb-HD_Webcam-video-index0'],
        formats: [
          {
            encoding: 'mjpeg',
            name: 'mjpeg',
            sizes: [
              { width: one(1280), height: one(720), rates: [one(30), one(30000 / 1001)] },
              { width: { min: 32, max: 1920, step: 2 }, height: { min: 32, max: 1080, step: 2 }, rates: [] },
            ],
          },
        ],
        controls: [
          {
            name: 'brightness',
            type: 'int',
            min: 0,
            max: 255,
            default: 128,
            value: 120,
            menu: {},
            writable: true,
          },
          {
            name: 'power_line_frequency',
            type: 'menu',
            min: 0,
            max: 1,
            default: 1,
            value: 1,
            menu: { 0: 'Disabled', 1: '50 Hz' },
            writable: false,
          },
        ],
      },
      {
        path: '/dev/video2',
        name: 'Other',
        ids: [],
        formats: [],
        controls: [],
        problem: new VedetteError('camera/denied', { device: '/dev/video2' }),
      },
    ],
    [
      { use: 'microphone', kind: 'pulse', id: 'echo', title: 'echo', echoCancelled: true },
      {
        use: 'speaker',
        kind: 'alsa',
        id: 'plughw:CARD=Device,DEV=0',
        title: 'USB Audio',
        echoCancelled: false,
      },
    ],
  );
  expect(lines).toEqual([
    'Cameras',
    '  /dev/video0  HD Webcam',
    '    also { kind: v4l2, device: usb-HD_Webcam-video-index0 }, wherever it is plugged in',
    '    mjpeg     1280x720 (30, 29.97), 32x32 to 1920x1080',
    '    controls',
    '      brightness: 120 (0 to 255)',
    '      power_line_frequency: 1 (0 Disabled, 1 50 Hz), not now',
    '  /dev/video2  Other',
    expect.stringMatching(/^ {4}cannot be used: this user may not open \/dev\/video2; add the user/),
    '',
    'Microphones',
    '  { kind: pulse, source: "echo" }  (echo-cancelled)',
    '',
    'Speakers',
    '  { kind: alsa, device: "plughw:CARD=Device,DEV=0" }  USB Audio',
    '',
  ]);
});

test('a machine without devices says so', () => {
  expect(describeDevices([], []).filter((line) => line === '  none found')).toHaveLength(3);
});
