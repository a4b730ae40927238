import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Turns } from '../buses/turns.ts';
import { VedetteError } from '../errors.ts';
import { type DurationMs, durationMs } from '../protocol/duration.ts';
import type { SensorKind } from './kind.ts';
import { polled, type Reader } from './polled.ts';
import { entries, readNumber, readText } from './sysfs.ts';

/** Families of thermometers: DS18S20, DS1822, DS18B20, DS1825, DS28EA00. */
const idPattern = /^(10|22|28|3b|42)-[0-9a-f]{12}$/;
/** A conversion of 12 bits takes 750 ms, and the bus does one at a time. */
const period = durationMs('5s') as DurationMs;
/** What the chip says when it has no conversion to tell: it was reset by a dip of its supply. */
const powerOnMilli = 85_000;
/** Where it is really that hot, it was nearly so at the reading before. */
const hotMilli = 75_000;

/** The keys of `kind: w1` in a profile. */
export const w1Options = z.strictObject({
  id: z
    .union([
      z.literal('auto'),
      z.string().regex(idPattern, 'an id as in /sys/bus/w1/devices: 28-0123456789ab'),
    ])
    .default('auto')
    .describe('Which thermometer, by its id; auto where there is only one'),
});
type Options = z.output<typeof w1Options>;

/** Thermometers on a 1-Wire bus: DS18B20 and its kin. `sys` is where sysfs is mounted. */
export function w1Kind(sys: string): SensorKind<typeof w1Options> {
  return {
    kind: 'w1',
    options: w1Options,
    nature: () => ({ type: 'number', unit: '°C', decimals: 1, period, range: [-55, 125] }),
    check: async (options, { buses }) => {
      await (await find(sys, options, buses.w1))();
    },
    open: (options, { buses }) => polled(() => find(sys, options, buses.w1)),
  };
}

/** The thermometers of this machine. */
export const w1Sensor = w1Kind('/sys');

/** A reading holds a thread of this process while the chip measures: one at a time, whoever asks. */
async function find(sys: string, { id }: Options, turns: Turns): Promise<Reader> {
  const folder = await deviceFolder(sys, id);
  const device = `the thermometer ${path.basename(folder)}`;
  const plain = path.join(folder, 'temperature');
  const raw = path.join(folder, 'w1_slave');
  // Kernels before 5.10 have the raw bytes alone.
  const isPlain = await stat(plain).then(
    () => true,
    () => false,
  );
  let before: number | undefined;
  return () =>
    turns.take(async () => {
      const milli = isPlain ? await readNumber(plain, device) : milliOf(await readText(raw, device), device);
      const hot = before !== undefined && before >= hotMilli;
      before = milli === powerOnMilli && !hot ? undefined : milli;
      if (before === undefined) {
        throw new VedetteError('sensor/nonsense', { device, detail: '85 °C, as after a dip of its supply' });
      }
      return milli / 1000;
    });
}

/** The bytes of the chip's memory, with the verdict on their checksum, and then the temperature. */
function milliOf(raw: string, device: string): number {
  const found = /\bYES\n.*\bt=(-?\d+)\s*$/.exec(raw);
  if (!found) throw new VedetteError('sensor/unreadable', { device, detail: 'a wrong checksum' });
  return Number(found[1]);
}

async function deviceFolder(sys: string, id: string): Promise<string> {
  const folders = await entries(path.join(sys, 'bus/w1/devices'), idPattern);
  const meant = id === 'auto' ? folders : folders.filter((folder) => path.basename(folder) === id);
  const [first, ...others] = meant;
  if (first === undefined) {
    throw new VedetteError('sensor/not-found', {
      what: id === 'auto' ? 'thermometer on a 1-Wire bus' : `thermometer ${id} on a 1-Wire bus`,
    });
  }
  if (others.length > 0) {
    const known = meant.map((folder) => path.basename(folder)).join(', ');
    throw new VedetteError('sensor/ambiguous', { what: 'thermometer', known });
  }
  return first;
}
