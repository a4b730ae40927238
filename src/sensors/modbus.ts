import { z } from 'zod';
import type { ModbusAddress, ModbusLink } from '../buses/modbus.ts';
import type { ModbusQuestion } from '../buses/modbus-frames.ts';
import { serialSettings } from '../buses/serial-port.ts';
import { type DurationMs, durationMs } from '../protocol/duration.ts';
import type { SensorKind } from './kind.ts';
import { type NumberFormat, numberKeys, readNumber } from './number-format.ts';
import { polled } from './polled.ts';

const period = durationMs('1s') as DurationMs;
const defaultPort = 502;

/** How many registers a number takes, and how it stands in them. */
const formats = {
  int16: { registers: 1, signed: true, float: false },
  uint16: { registers: 1, signed: false, float: false },
  int32: { registers: 2, signed: true, float: false },
  uint32: { registers: 2, signed: false, float: false },
  float32: { registers: 2, signed: false, float: true },
} as const;

/** The keys of `kind: modbus` in a profile. */
export const modbusOptions = z
  .strictObject({
    url: z
      .string()
      .regex(/^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^\s:/@]+)(:\d{1,5})?$/, 'an address like tcp://192.0.2.20:502')
      .optional()
      .describe('A device, or a gateway, on the network: tcp://host:502. Or `path`, for a serial line'),
    ...serialSettings,
    path: serialSettings.path.optional(),
    unitId: z
      .int()
      .min(0)
      .max(255)
      .default(1)
      .describe('Which of the devices on the line, or behind the gateway'),
    table: z
      .enum(['holding', 'input', 'coil', 'discrete'])
      .default('holding')
      .describe('holding or input registers; coils and discrete inputs are on or off'),
    register: z
      .int()
      .min(0)
      .max(65_535)
      .describe('Counted from 0, as on the wire: what manuals call 40001 is holding register 0'),
    format: z
      .enum(['int16', 'uint16', 'int32', 'uint32', 'float32'])
      .default('int16')
      .describe('How the number stands in one or two registers'),
    wordOrder: z
      .enum(['high-first', 'low-first'])
      .default('high-first')
      .describe('Which register of two holds the high half'),
    bit: z.int().min(0).max(15).optional().describe('One bit of a register: the sensor is on or off'),
    ...numberKeys,
  })
  .refine(({ url, path }) => (url === undefined) !== (path === undefined), {
    path: ['url'],
    message: 'either `url`, for a device on the network, or `path`, for one on a serial line',
  });
type Options = z.output<typeof modbusOptions>;

/** A register of what industrial machines and their meters speak, over TCP or a serial line (RTU). */
export const modbusSensor: SensorKind<typeof modbusOptions> = {
  kind: 'modbus',
  options: modbusOptions,
  nature: (options) => {
    const type = isBit(options) ? 'boolean' : 'number';
    return { type, unit: '', decimals: type === 'boolean' || options.scale === 1 ? 0 : 1, period };
  },
  check: async (options, { buses }) => {
    await read(options, buses.modbus(addressOf(options)));
  },
  open: (options, { buses }) => {
    const link = buses.modbus(addressOf(options));
    return polled(() => Promise.resolve(() => read(options, link)));
  },
};

async function read(options: Options, link: ModbusLink): Promise<number> {
  return modbusValue(await link.read(questionOf(options)), options);
}

function questionOf(options: Options): ModbusQuestion {
  const { unitId, table, register, format } = options;
  return { unit: unitId, table, register, count: isBit(options) ? 1 : formats[format].registers };
}

/** The number in what a device answered. Exported for its tests. */
export function modbusValue(data: Uint8Array, options: Options): number {
  const { table, bit = 0, format, wordOrder, mask, shift, scale, offset } = options;
  if (table === 'coil' || table === 'discrete') return (data[0] ?? 0) & 1;
  if (isBit(options)) return (readNumber(data, plain) >>> bit) & 1;
  const ordered = wordOrder === 'low-first' ? Uint8Array.of(...data.slice(2), ...data.slice(0, 2)) : data;
  return readNumber(ordered, { ...formats[format], endian: 'big', mask, shift, scale, offset });
}

const plain: NumberFormat = { endian: 'big', signed: false, float: false, shift: 0, scale: 1, offset: 0 };

function isBit({ table, bit }: Options): boolean {
  return table === 'coil' || table === 'discrete' || bit !== undefined;
}

function addressOf({ url, path, baudRate, dataBits, parity, stopBits }: Options): ModbusAddress {
  if (path !== undefined) return { path, baudRate, dataBits, parity, stopBits };
  // tcp: is no scheme that URL knows a port of, but it takes it apart all the same.
  const { hostname, port } = new URL(url ?? '');
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
}
