import type { I2cChip } from '../buses/i2c.ts';
import { VedetteError } from '../errors.ts';
import { type NumberFormat, readNumber } from './number-format.ts';

/** A checksum of 8 bits behind every two bytes, as Sensirion's chips give it. */
export interface Crc8 {
  readonly polynomial: number;
  readonly initial: number;
}

/** How a value is got out of a chip. */
export interface RegisterDescription extends NumberFormat {
  /** Written once a run: ranges, modes. */
  readonly setup: readonly (readonly number[])[];
  /** Written before each reading: a command to measure. */
  readonly before: readonly (readonly number[])[];
  /** How long measuring takes, ms. */
  readonly waitMs: number;
  /** Written to say what is read; empty where the chip just gives what it has measured. */
  readonly register: readonly number[];
  /** Bytes of other values that come first, checksums not counted. */
  readonly skip: number;
  /** Bytes of the value, checksums not counted. */
  readonly length: number;
  readonly crc?: Crc8 | undefined;
}

const bytesPerCrc = 2;

/** What is written once a run. */
export async function setUp(chip: I2cChip, { setup }: RegisterDescription): Promise<void> {
  for (const write of setup) await chip.transfer({ write, read: 0 });
}

/**
 * Reads the value of a chip.
 *
 * @param wait sleeps for so many ms
 * @throws VedetteError `i2c/nonsense` for a wrong checksum, and what the transfers throw
 */
export async function readRegister(
  chip: I2cChip,
  description: RegisterDescription,
  address: string,
  wait: (ms: number) => Promise<unknown>,
): Promise<number> {
  const { before, waitMs, register, crc } = description;
  for (const write of before) await chip.transfer({ write, read: 0 });
  if (waitMs > 0) await wait(waitMs);
  const received = await chip.transfer({ write: register, read: bytesToRead(description) });
  const data = crc ? withoutCrc(received, crc) : received;
  if (!data) throw new VedetteError('i2c/nonsense', { address, detail: 'its checksum is wrong' });
  return registerValue(data, description);
}

/** How many bytes hold the value, with what stands before it and all checksums. */
export function bytesToRead({ skip, length, crc }: RegisterDescription): number {
  const data = skip + length;
  return crc ? data + Math.ceil(data / bytesPerCrc) : data;
}

/** The value in what a chip gave, checksums taken out. Never throws: NaN for too few bytes. */
export function registerValue(data: Uint8Array, description: RegisterDescription): number {
  const { skip, length } = description;
  if (data.length < skip + length) return Number.NaN;
  return readNumber(data.subarray(skip, skip + length), description);
}

/** The bytes without the checksums behind every two of them; undefined where one is wrong. */
export function withoutCrc(received: Uint8Array, crc: Crc8): Uint8Array | undefined {
  const data: number[] = [];
  for (let at = 0; at < received.length; at += bytesPerCrc + 1) {
    const word = received.subarray(at, Math.min(at + bytesPerCrc, received.length - 1));
    if (word.length === 0 || crc8(word, crc) !== received[at + word.length]) return undefined;
    data.push(...word);
  }
  return Uint8Array.from(data);
}

/** CRC-8, high bit first, neither mirrored nor inverted at its end (Sensirion SHT3x-DIS, 4.12). */
export function crc8(bytes: Uint8Array, { polynomial, initial }: Crc8): number {
  let crc = initial;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ polynomial) & 0xff : crc << 1;
  }
  return crc & 0xff;
}
