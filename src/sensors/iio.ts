import path from 'node:path';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { type DurationMs, durationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorNature } from './kind.ts';
import { polled, type Reader } from './polled.ts';
import { entries, numberIfThere, readNumber, textIfThere } from './sysfs.ts';

/** What a channel counts in after its own scale (Documentation/ABI/testing/sysfs-bus-iio), and what people do. */
const sorts = {
  temp: { unit: '°C', scale: 1e-3, decimals: 1 },
  humidityrelative: { unit: '%', scale: 1e-3, decimals: 1 },
  pressure: { unit: 'hPa', scale: 10, decimals: 1 },
  voltage: { unit: 'V', scale: 1e-3, decimals: 3 },
  current: { unit: 'A', scale: 1e-3, decimals: 3 },
  power: { unit: 'W', scale: 1e-3, decimals: 2 },
  resistance: { unit: 'Ω', scale: 1, decimals: 0 },
  illuminance: { unit: 'lx', scale: 1, decimals: 0 },
  distance: { unit: 'm', scale: 1, decimals: 3 },
  proximity: { unit: '', scale: 1, decimals: 0 },
  concentration_co2: { unit: 'ppm', scale: 1e4, decimals: 0 },
  accel: { unit: 'm/s²', scale: 1, decimals: 2 },
  anglvel: { unit: 'rad/s', scale: 1, decimals: 3 },
  magn: { unit: 'G', scale: 1, decimals: 3 },
} as const;
const sortNames = Object.keys(sorts).join('|');
const channelPattern = new RegExp(`^(${sortNames})\\d*(_[xyz])?$`);

const period = durationMs('1s') as DurationMs;

/** The keys of `kind: iio` in a profile. */
export const iioOptions = z.strictObject({
  device: z
    .string()
    .min(1)
    .max(64)
    .describe('The name or label of the device, as in bme280, or its folder, as in iio:device0'),
  channel: z
    .string()
    .regex(channelPattern, 'a channel, as in temp, humidityrelative, pressure, voltage0 or accel_x')
    .describe(
      'What of the device is read: temp, humidityrelative, pressure, voltage0, illuminance, accel_x, …',
    ),
});
type Options = z.output<typeof iioOptions>;

/** What the kernel's drivers of converters and ambient sensors measure. `sys` is where sysfs is mounted. */
export function iioKind(sys: string): SensorKind<typeof iioOptions> {
  return {
    kind: 'iio',
    options: iioOptions,
    nature: ({ channel }): SensorNature => {
      const { unit, decimals } = sortOf(channel);
      return { type: 'number', unit, decimals, period };
    },
    check: async (options) => {
      await (await find(sys, options))();
    },
    open: (options) => polled(() => find(sys, options)),
  };
}

/** The converters and ambient sensors of this machine. */
export const iioSensor = iioKind('/sys');

async function find(sys: string, { device, channel }: Options): Promise<Reader> {
  const folder = await deviceFolder(sys, device);
  const told = `${device} ${channel}`;
  const { scale: toPeople } = sortOf(channel);
  const processed = path.join(folder, `in_${channel}_input`);
  if ((await textIfThere(processed)) !== undefined) {
    return async () => (await readNumber(processed, told)) * toPeople;
  }
  const raw = path.join(folder, `in_${channel}_raw`);
  await readNumber(raw, told);
  const scale = (await factor(folder, channel, 'scale')) ?? 1;
  const offset = (await factor(folder, channel, 'offset')) ?? 0;
  return async () => ((await readNumber(raw, told)) + offset) * scale * toPeople;
}

/** A factor of the channel, else of all channels of its sort: `in_voltage0_scale`, `in_voltage_scale`. */
async function factor(folder: string, channel: string, what: string): Promise<number | undefined> {
  return (
    (await numberIfThere(path.join(folder, `in_${channel}_${what}`))) ??
    (await numberIfThere(path.join(folder, `in_${nameOf(channel)}_${what}`)))
  );
}

async function deviceFolder(sys: string, device: string): Promise<string> {
  const folders = await entries(path.join(sys, 'bus/iio/devices'), /^iio:device\d+$/);
  const meant: string[] = [];
  for (const folder of folders) {
    const names = [path.basename(folder), await textIfThere(path.join(folder, 'name'))];
    if ([...names, await textIfThere(path.join(folder, 'label'))].includes(device)) meant.push(folder);
  }
  const [first, ...others] = meant;
  if (first === undefined) throw new VedetteError('sensor/not-found', { what: `IIO device ${device}` });
  if (others.length > 0) {
    const known = meant.map((folder) => path.basename(folder)).join(', ');
    throw new VedetteError('sensor/ambiguous', { what: `IIO device ${device}`, known });
  }
  return first;
}

function nameOf(channel: string): string {
  return channelPattern.exec(channel)?.[1] ?? channel;
}

function sortOf(channel: string): (typeof sorts)[keyof typeof sorts] {
  return sorts[nameOf(channel) as keyof typeof sorts];
}
