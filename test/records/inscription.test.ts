import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { DeviceEvent } from '../../src/protocol/alarm.ts';
import { inscribe, inscriptionOf } from '../../src/records/inscription.ts';

const event: DeviceEvent = {
  id: 'x',
  type: 'alarm',
  time: new Date(2026, 4, 5, 17, 30, 12).getTime(),
  severity: 'critical',
  title: 'Too hot',
  sensor: 'boiler',
  value: 81.456,
  unit: '°C',
  snapshot: false,
};

test('a picture is inscribed with its time, and with the reading where that is asked for', () => {
  expect(inscriptionOf(event, 'time')).toBe('2026-05-05 17:30:12');
  expect(inscriptionOf(event, 'reading')).toBe('2026-05-05 17:30:12  boiler  81.46 °C');
});

test('the line stands in the lower left corner, and the rest of the picture is as it was', async () => {
  const jpeg = await sharp({ create: { width: 640, height: 360, channels: 3, background: '#2060a0' } })
    .jpeg()
    .toBuffer();
  const inscribed = await inscribe(jpeg, '2026-05-05 17:30:12 <&> 81 °C');
  const { data, info } = await sharp(inscribed).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([640, 360]);
  const pixel = (x: number, y: number) => data.subarray((y * 640 + x) * 3, (y * 640 + x) * 3 + 3);
  // The blackened line under the letters, and the letters on it.
  const line = Array.from({ length: 200 }, (_, x) => pixel(x, 348));
  expect(line.some(([r = 255]) => r < 40)).toBe(true);
  expect(line.some(([r = 0, g = 0, b = 0]) => Math.min(r, g, b) > 200)).toBe(true);
  expect([...pixel(320, 100)].map((value, at) => Math.abs(value - [0x20, 0x60, 0xa0][at]!) < 8)).toEqual([
    true,
    true,
    true,
  ]);
});

test('what is no picture is refused', async () => {
  await expect(inscribe(Uint8Array.of(1, 2, 3), 'x')).rejects.toThrow();
});
