import type { RegisterDescription } from './i2c-register.ts';

/** What a chip measures: how it is read, and what can be true. */
export interface ChipQuantity {
  /** Absent where the chip's constants must be reckoned in: `bme280.ts`. */
  readonly description?: RegisterDescription;
  readonly unit: string;
  readonly decimals: number;
  readonly range: readonly [number, number];
}

/** A chip that needs no description in the profile. */
export interface ReadyChip {
  /** Where it is when nothing is soldered otherwise. */
  readonly address: number;
  /** The first one is what it is for. */
  readonly quantities: Readonly<Record<string, ChipQuantity>>;
}

const plain: RegisterDescription = {
  ...{ setup: [], before: [], waitMs: 0, register: [], skip: 0, length: 2 },
  ...{ endian: 'big', signed: false, float: false, shift: 0, scale: 1, offset: 0 },
};
/** Sensirion SHT3x-DIS, table 20: polynomial 0x31, begun with ones. */
export const sensirionCrc = { polynomial: 0x31, initial: 0xff };
/** Table 9: one measurement of high repeatability, without holding the bus meanwhile; 15.5 ms at most (table 4). */
const sht3x: RegisterDescription = { ...plain, before: [[0x24, 0x00]], waitMs: 16, crc: sensirionCrc };

/** Chips that are read by a few words. One more is one more row. */
export const readyChips = {
  /** Nine bits, the highest ones; what stands below is not defined (National LM75, 1.5). */
  lm75: {
    address: 0x48,
    quantities: {
      temperature: {
        ...{ unit: '°C', decimals: 1, range: [-55, 125] },
        description: { ...plain, register: [0x00], signed: true, mask: 0xff80, shift: 7, scale: 0.5 },
      },
    },
  },
  /** Twelve bits (TI TMP102, 7.5.2); LM75B and TMP75 stand there in the same way. */
  tmp102: {
    address: 0x48,
    quantities: {
      temperature: {
        ...{ unit: '°C', decimals: 2, range: [-55, 150] },
        description: { ...plain, register: [0x00], signed: true, mask: 0xfff0, shift: 4, scale: 0.0625 },
      },
    },
  },
  /** Thirteen bits under three flags (Microchip MCP9808, 5.2.4). */
  mcp9808: {
    address: 0x18,
    quantities: {
      temperature: {
        ...{ unit: '°C', decimals: 2, range: [-40, 125] },
        description: { ...plain, register: [0x05], signed: true, mask: 0x1fff, scale: 0.0625 },
      },
    },
  },
  sht3x: {
    address: 0x44,
    quantities: {
      temperature: {
        ...{ unit: '°C', decimals: 1, range: [-40, 125] },
        description: { ...sht3x, scale: 175 / 65_535, offset: -45 },
      },
      humidity: {
        ...{ unit: '%', decimals: 1, range: [0, 100] },
        description: { ...sht3x, skip: 2, scale: 100 / 65_535 },
      },
    },
  },
  /** One measurement of high resolution; 180 ms at most (ROHM BH1750FVI, page 2). */
  bh1750: {
    address: 0x23,
    quantities: {
      illuminance: {
        ...{ unit: 'lx', decimals: 0, range: [0, 54_612.5] },
        description: { ...plain, before: [[0x20]], waitMs: 180, scale: 1 / 1.2 },
      },
    },
  },
  bme280: {
    address: 0x76,
    quantities: {
      temperature: { unit: '°C', decimals: 1, range: [-40, 85] },
      humidity: { unit: '%', decimals: 1, range: [0, 100] },
      pressure: { unit: 'hPa', decimals: 1, range: [300, 1100] },
    },
  },
} as const satisfies Record<string, ReadyChip>;

export type ReadyChipName = keyof typeof readyChips;
