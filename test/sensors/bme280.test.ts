import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bme280Calibration, calibrationOf, valuesOf } from '../../src/sensors/bme280.ts';

/** The constants and the measurement of Bosch's own example (BST-BMP280-DS001, 3.12), which the BME280 shares. */
const example: Bme280Calibration = {
  t: [27_504, 26_435, -1_000],
  p: [36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000],
  h: [75, 362, 0, 313, 50, 30],
};
const raw = (pressure: number, temperature: number, humidity: number) =>
  Uint8Array.of(
    ...[pressure >> 12, (pressure >> 4) & 0xff, (pressure & 0xf) << 4],
    ...[temperature >> 12, (temperature >> 4) & 0xff, (temperature & 0xf) << 4],
    ...[humidity >> 8, humidity & 0xff],
  );

test('the example of the data sheet comes out', () => {
  const { temperature, pressure } = valuesOf(raw(415_148, 519_888, 0), example);
  expect(temperature).toBeCloseTo(25.08, 2);
  expect(pressure).toBeCloseTo(1006.5325, 2);
});

/** The data sheet's formula of humidity in whole numbers (BST-BME280-DS002, 4.2.3), written as it stands there. */
function wholeHumidity(
  adc: number,
  fine: number,
  [h1, h2, h3, h4, h5, h6]: NonNullable<Bme280Calibration['h']>,
): number {
  const b = (value: number) => BigInt(Math.trunc(value));
  let v = b(fine) - 76_800n;
  v =
    (((b(adc) << 14n) - (b(h4) << 20n) - b(h5) * v + 16_384n) >> 15n) *
    (((((((v * b(h6)) >> 10n) * (((v * b(h3)) >> 11n) + 32_768n)) >> 10n) + 2_097_152n) * b(h2) + 8_192n) >>
      14n);
  v -= ((((v >> 15n) * (v >> 15n)) >> 7n) * b(h1)) >> 4n;
  v = v < 0n ? 0n : v > 419_430_400n ? 419_430_400n : v;
  return Number(v >> 12n) / 1024;
}

test('humidity in floating point is that in whole numbers, within what those round away', () => {
  const { h } = example;
  if (!h) throw new Error('no humidity');
  for (let adc = 20_000; adc <= 45_000; adc += 500) {
    const { humidity } = valuesOf(raw(415_148, 519_888, adc), example);
    expect(Math.abs(humidity - wholeHumidity(adc, 128_422, h))).toBeLessThan(0.05);
  }
});

test('constants are taken out of the registers with their signs', () => {
  const first = new Uint8Array(26);
  const view = new DataView(first.buffer);
  [27_504, 26_435, -1_000, 36_477, -10_685, 3_024, 2_855, 140, -7, 15_500, -14_600, 6_000].forEach(
    (value, i) => {
      view.setUint16(i * 2, value & 0xffff, true);
    },
  );
  first[25] = 75;
  // 0x139 and 0x032 share the byte between them.
  const second = Uint8Array.of(0x6a, 0x01, 0, 0x13, 0x29, 0x03, 30);
  expect(calibrationOf(first, second)).toEqual(example);
  expect(calibrationOf(first, Uint8Array.of(0, 0x80, 0, 0xff, 0xff, 0xff, 0xff)).h).toEqual([
    75, -32_768, 0, -1, -1, -1,
  ]);
});

test('what the chip did not measure is no number', () => {
  const values = valuesOf(raw(0x80000, 0x80000, 0x8000), example);
  expect(Object.values(values).every(Number.isNaN)).toBe(true);
  const { h: _, ...bmp280 } = example;
  expect(valuesOf(raw(415_148, 519_888, 30_000), bmp280).humidity).toBeNaN();
});

test('any constants and any bytes end in numbers, and humidity within what there is', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 26 }),
      fc.uint8Array({ maxLength: 8 }),
      fc.uint8Array({ maxLength: 8 }),
      (first, second, data) => {
        const values = valuesOf(data, calibrationOf(first, second));
        for (const value of Object.values(values)) expect(typeof value).toBe('number');
        if (!Number.isNaN(values.humidity)) {
          expect(values.humidity).toBeGreaterThanOrEqual(0);
          expect(values.humidity).toBeLessThanOrEqual(100);
        }
      },
    ),
  );
});
