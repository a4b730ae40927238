import type { I2cChip } from '../buses/i2c.ts';
import { VedetteError } from '../errors.ts';

/** What it measures at once. */
export interface Bme280Values {
  /** °C. */
  readonly temperature: number;
  /** hPa. */
  readonly pressure: number;
  /** % relative; NaN for a BMP280, which has no such sensor. */
  readonly humidity: number;
}

/** Each chip's own constants (Bosch BST-BME280-DS002, table 16). */
export interface Bme280Calibration {
  readonly t: readonly [number, number, number];
  readonly p: readonly [number, number, number, number, number, number, number, number, number];
  readonly h?: readonly [number, number, number, number, number, number];
}

const idRegister = 0xd0;
const bme280Id = 0x60;
const bmp280Ids: ReadonlySet<number> = new Set([0x56, 0x57, 0x58]);
/** 0x88 to 0xa1. */
const firstCalibration = { register: 0x88, bytes: 26 };
/** 0xe1 to 0xe7. */
const secondCalibration = { register: 0xe1, bytes: 7 };
/** Humidity sampled once. */
const controlHumidity = [0xf2, 0x01];
/** Temperature and pressure sampled once, now. */
const measureOnce = [0xf4, 0x25];
/** One sample of each takes 9.3 ms at most (9.1). */
export const bme280WaitMs = 10;
const data = { register: 0xf7, bytes: 8 };
/** What stands in place of a value that was not measured. */
const skipped20 = 0x80000;
const skipped16 = 0x8000;

/**
 * Reads the constants of the chip at the other end.
 *
 * @throws VedetteError `i2c/nonsense` where it is another chip
 */
export async function readBme280Calibration(chip: I2cChip, address: string): Promise<Bme280Calibration> {
  const [id = 0] = await chip.transfer({ write: [idRegister], read: 1 });
  const known = id === bme280Id || bmp280Ids.has(id);
  if (!known) {
    throw new VedetteError('i2c/nonsense', { address, detail: `its id is ${id}, so it is no BME280` });
  }
  const first = await chip.transfer({ write: [firstCalibration.register], read: firstCalibration.bytes });
  if (id !== bme280Id) return calibrationOf(first);
  const second = await chip.transfer({ write: [secondCalibration.register], read: secondCalibration.bytes });
  return calibrationOf(first, second);
}

/** Measures once. `wait` sleeps for so many ms. */
export async function measureBme280(
  chip: I2cChip,
  calibration: Bme280Calibration,
  wait: (ms: number) => Promise<unknown>,
): Promise<Bme280Values> {
  if (calibration.h) await chip.transfer({ write: controlHumidity, read: 0 });
  await chip.transfer({ write: measureOnce, read: 0 });
  await wait(bme280WaitMs);
  return valuesOf(await chip.transfer({ write: [data.register], read: data.bytes }), calibration);
}

/** The constants in what 0x88 and 0xe1 hold. */
export function calibrationOf(first: Uint8Array, second?: Uint8Array): Bme280Calibration {
  const at = (index: number) => first[index] ?? 0;
  const u16 = (index: number) => at(index) | (at(index + 1) << 8);
  const s16 = (index: number) => signed(u16(index), 16);
  const common = {
    t: [u16(0), s16(2), s16(4)],
    p: [u16(6), s16(8), s16(10), s16(12), s16(14), s16(16), s16(18), s16(20), s16(22)],
  } as const;
  if (!second) return common;
  const [h2low = 0, h2high = 0, h3 = 0, e4 = 0, e5 = 0, e6 = 0, h6 = 0] = second;
  const h4 = signed((e4 << 4) | (e5 & 0x0f), 12);
  const h5 = signed((e6 << 4) | (e5 >> 4), 12);
  return { ...common, h: [at(25), signed(h2low | (h2high << 8), 16), h3, h4, h5, signed(h6, 8)] };
}

/** The values in what 0xf7 holds, by the formulas of the data sheet (8.1), in floating point. NaN for what is missing. */
export function valuesOf(bytes: Uint8Array, calibration: Bme280Calibration): Bme280Values {
  const at = (index: number) => bytes[index] ?? 0;
  const rawPressure = (at(0) << 12) | (at(1) << 4) | (at(2) >> 4);
  const rawTemperature = (at(3) << 12) | (at(4) << 4) | (at(5) >> 4);
  const rawHumidity = (at(6) << 8) | at(7);
  const fine = rawTemperature === skipped20 ? Number.NaN : fineTemperature(rawTemperature, calibration);
  return {
    temperature: fine / 5120,
    pressure: rawPressure === skipped20 ? Number.NaN : pressure(rawPressure, fine, calibration),
    humidity:
      rawHumidity === skipped16 || !calibration.h ? Number.NaN : humidity(rawHumidity, fine, calibration.h),
  };
}

function fineTemperature(raw: number, { t: [t1, t2, t3] }: Bme280Calibration): number {
  const first = (raw / 16_384 - t1 / 1024) * t2;
  return first + (raw / 131_072 - t1 / 8192) ** 2 * t3;
}

function pressure(raw: number, fine: number, { p }: Bme280Calibration): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = p;
  const half = fine / 2 - 64_000;
  const second = (half * half * p6) / 32_768 + half * p5 * 2;
  const gain = (1 + ((p3 * half * half) / 524_288 + p2 * half) / 524_288 / 32_768) * p1;
  // The data sheet's own guard: a chip without constants.
  if (gain === 0) return Number.NaN;
  const pascal = ((1_048_576 - raw - (second / 4 + p4 * 65_536) / 4096) * 6250) / gain;
  return (pascal + ((p9 * pascal * pascal) / 2_147_483_648 + (pascal * p8) / 32_768 + p7) / 16) / 100;
}

function humidity(
  raw: number,
  fine: number,
  [h1, h2, h3, h4, h5, h6]: NonNullable<Bme280Calibration['h']>,
): number {
  const warm = fine - 76_800;
  const first = raw - (h4 * 64 + (h5 / 16_384) * warm);
  const second = (h2 / 65_536) * (1 + (h6 / 67_108_864) * warm * (1 + (h3 / 67_108_864) * warm));
  const relative = first * second * (1 - (h1 * first * second) / 524_288);
  return Math.min(100, Math.max(0, relative));
}

function signed(value: number, bits: number): number {
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}
