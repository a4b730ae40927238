import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { I2cBus } from '../buses/i2c.ts';
import { type DurationMs, durationBetween, durationMs } from '../protocol/duration.ts';
import { measureBme280, readBme280Calibration } from './bme280.ts';
import {
  type ChipQuantity,
  type ReadyChip,
  type ReadyChipName,
  readyChips,
  sensirionCrc,
} from './i2c-chips.ts';
import { type RegisterDescription, readRegister, setUp } from './i2c-register.ts';
import type { SensorKind } from './kind.ts';
import { mostNumberBytes, numberKeys } from './number-format.ts';
import { polled, type Reader } from './polled.ts';

const period = durationMs('1s') as DurationMs;
const chips = Object.keys(readyChips) as [ReadyChipName, ...ReadyChipName[]];

const byte = z.int().min(0).max(255);
const command = z.array(byte).min(1).max(32);

/** The keys of `kind: i2c` in a profile. */
export const i2cOptions = z
  .strictObject({
    bus: z.int().min(0).max(255).default(1).describe('The number in /dev/i2c-1'),
    address: z.int().min(0x03).max(0x77).optional().describe('As in 0x48; a known chip has one of its own'),
    chip: z.enum(chips).optional().describe('A chip that needs no description'),
    quantity: z.string().max(20).optional().describe('What a known chip is asked for, as in humidity'),
    register: z
      .union([byte, command])
      .optional()
      .describe('What is written to say what is read: 0x05, or several bytes; nothing by default'),
    length: z.int().min(1).max(mostNumberBytes).optional().describe('How many bytes the value has'),
    skip: z
      .int()
      .min(0)
      .max(32)
      .default(0)
      .describe('Bytes of other values before it, checksums not counted'),
    endian: z
      .enum(['big', 'little'])
      .default('big')
      .describe('Which byte comes first: the high or the low one'),
    signed: z.boolean().default(false),
    ...numberKeys,
    setup: z
      .array(command)
      .max(16)
      .default([])
      .describe('Written once: modes and ranges, as in [[0x01, 0x60]]'),
    before: z.array(command).max(4).default([]).describe('Written before each reading: a command to measure'),
    wait: durationBetween('1ms', '1s').optional().describe('How long measuring takes after `before`'),
    crc: z
      .union([z.literal('sensirion'), z.strictObject({ polynomial: byte, initial: byte })])
      .optional()
      .describe('A checksum of 8 bits stands behind every two bytes'),
    type: z.enum(['number', 'boolean']).default('number').describe('boolean: one bit, by `mask` and `shift`'),
  })
  .superRefine((options, context) => {
    const problem = problemOf(options);
    if (problem) context.addIssue({ code: 'custom', path: [problem.key], message: problem.message });
  });
type Options = z.output<typeof i2cOptions>;

/** A register of a chip on an I2C bus: one that is known by name, or any that the profile describes. */
export const i2cSensor: SensorKind<typeof i2cOptions> = {
  kind: 'i2c',
  options: i2cOptions,
  nature: (options) => {
    const ready = quantityOf(options);
    if (ready) {
      const { unit, decimals, range } = ready;
      return { type: 'number', unit, decimals, range, period };
    }
    const { type, scale } = options;
    return { type, unit: '', decimals: type === 'boolean' || Number.isInteger(scale) ? 0 : 2, period };
  },
  check: async (options, { buses }) => {
    const read = await readerOf(options, buses.i2c(options.bus));
    await read();
  },
  open: (options, { buses }) => {
    const bus = buses.i2c(options.bus);
    return polled(() => readerOf(options, bus));
  },
};

/** What the profile forgot, or says twice. */
function problemOf({
  chip,
  quantity,
  address,
  length,
  register,
  crc,
  skip,
}: {
  readonly [Key in 'chip' | 'quantity' | 'address' | 'length' | 'register' | 'crc' | 'skip']?: unknown;
}): { readonly key: string; readonly message: string } | undefined {
  if (chip !== undefined) {
    if (length !== undefined || register !== undefined) {
      return { key: 'chip', message: 'a known chip, or `register` and `length` of another one' };
    }
    const known = Object.keys(readyChips[chip as ReadyChipName].quantities);
    if (quantity === undefined || known.includes(String(quantity))) return undefined;
    return { key: 'quantity', message: `${chip} measures ${known.join(', ')}` };
  }
  if (address === undefined)
    return { key: 'address', message: 'the address of the chip, as in 0x48; or `chip`' };
  if (length === undefined) return { key: 'length', message: 'how many bytes the value has; or `chip`' };
  if (crc !== undefined && (Number(skip) + Number(length)) % 2 !== 0) {
    return {
      key: 'length',
      message: 'with `crc`, bytes come in twos: `skip` and `length` are even together',
    };
  }
  return undefined;
}

function quantityOf({ chip, quantity }: Options): ChipQuantity | undefined {
  if (chip === undefined) return undefined;
  const { quantities }: ReadyChip = readyChips[chip];
  return quantities[quantity ?? ''] ?? Object.values(quantities)[0];
}

/** Looks for the chip, sets it up, and says how it is read. */
async function readerOf(options: Options, bus: I2cBus): Promise<Reader> {
  const address = options.address ?? (options.chip ? readyChips[options.chip].address : 0);
  const name = `0x${address.toString(16).padStart(2, '0')}`;
  if (options.chip === 'bme280') {
    const calibration = await bus.talk(address, (chip) => readBme280Calibration(chip, name));
    const quantity = (options.quantity ?? 'temperature') as keyof typeof readyChips.bme280.quantities;
    return async () => (await bus.talk(address, (chip) => measureBme280(chip, calibration, wait)))[quantity];
  }
  const description = quantityOf(options)?.description ?? described(options);
  await bus.talk(address, (chip) => setUp(chip, description));
  return () => bus.talk(address, (chip) => readRegister(chip, description, name, wait));
}

function described(options: Options): RegisterDescription {
  const { register = [], length = 1, wait: waitMs = 0, crc } = options;
  return {
    ...options,
    float: false,
    register: typeof register === 'number' ? [register] : register,
    length,
    waitMs,
    crc: crc === 'sensirion' ? sensirionCrc : crc,
  };
}
