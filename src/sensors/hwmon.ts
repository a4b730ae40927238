import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { type DurationMs, durationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorNature } from './kind.ts';
import { polled, type Reader } from './polled.ts';
import { entries, readNumber, textIfThere } from './sysfs.ts';

/** What the kernel's files count in (Documentation/hwmon/sysfs-interface), and what people do. */
const sorts = {
  temp: { unit: '°C', scale: 1e-3, decimals: 1 },
  in: { unit: 'V', scale: 1e-3, decimals: 2 },
  curr: { unit: 'A', scale: 1e-3, decimals: 2 },
  power: { unit: 'W', scale: 1e-6, decimals: 1 },
  energy: { unit: 'J', scale: 1e-6, decimals: 0 },
  humidity: { unit: '%', scale: 1e-3, decimals: 1 },
  fan: { unit: 'rpm', scale: 1, decimals: 0 },
} as const;

const period = durationMs('1s') as DurationMs;

/** The keys of `kind: hwmon` in a profile. */
export const hwmonOptions = z.strictObject({
  chip: z.string().min(1).max(64).describe('The name of the chip, as in lm75; `sensors` lists them'),
  device: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Which of several chips of that name: its device, as in 0-0048'),
  input: z
    .string()
    .regex(
      new RegExp(`^(${Object.keys(sorts).join('|')})\\d{1,3}$`),
      'a file of the chip, as in temp1, in0 or fan2',
    )
    .default('temp1')
    .describe('What of the chip is read: temp1, in0, curr1, power1, fan2, …'),
  label: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('In place of the number in `input`: the label of the input, as in Core 0'),
});
type Options = z.output<typeof hwmonOptions>;

/** What the kernel's drivers of monitoring chips measure. `sys` is where sysfs is mounted. */
export function hwmonKind(sys: string): SensorKind<typeof hwmonOptions> {
  return {
    kind: 'hwmon',
    options: hwmonOptions,
    nature: ({ input }): SensorNature => {
      const { unit, decimals } = sortOf(input);
      return { type: 'number', unit, decimals, period };
    },
    check: async (options) => {
      await (await find(sys, options))();
    },
    open: (options) => polled(() => find(sys, options)),
  };
}

/** The chips of this machine. */
export const hwmonSensor = hwmonKind('/sys');

async function find(sys: string, { chip, device, input, label }: Options): Promise<Reader> {
  const folder = await chipFolder(sys, chip, device);
  const name = label === undefined ? input : await labelled(folder, chip, input, label);
  const { scale } = sortOf(name);
  const told = `${chip} ${label ?? name}`;
  return async () => {
    const value = await readNumber(path.join(folder, `${name}_input`), told);
    // The ABI's word for a broken wire: the value beside it means nothing.
    if ((await textIfThere(path.join(folder, `${name}_fault`))) === '1') {
      throw new VedetteError('sensor/nonsense', { device: told, detail: 'its wire is broken' });
    }
    return value * scale;
  };
}

async function chipFolder(sys: string, chip: string, device: string | undefined): Promise<string> {
  const folders = await entries(path.join(sys, 'class/hwmon'), /^hwmon\d+$/);
  const chips = await Promise.all(
    folders.map(async (folder) => ({
      folder,
      names: [await textIfThere(path.join(folder, 'name')), await textIfThere(path.join(folder, 'label'))],
      device: path.basename(await realpath(path.join(folder, 'device')).catch(() => folder)),
    })),
  );
  const meant = chips.filter(
    (found) => found.names.includes(chip) && (device === undefined || found.device === device),
  );
  const [first, ...others] = meant;
  if (!first) {
    throw new VedetteError('sensor/not-found', { what: `chip ${chip}${device ? ` at ${device}` : ''}` });
  }
  if (others.length > 0) {
    const known = meant.map((found) => found.device).join(', ');
    throw new VedetteError('sensor/ambiguous', { what: `chip ${chip}`, known });
  }
  return first.folder;
}

async function labelled(folder: string, chip: string, input: string, label: string): Promise<string> {
  const sort = input.replace(/\d+$/, '');
  for (const file of await entries(folder, new RegExp(`^${sort}\\d+_label$`))) {
    if ((await textIfThere(file)) === label) return path.basename(file, '_label');
  }
  throw new VedetteError('sensor/not-found', { what: `input "${label}" of ${chip}` });
}

function sortOf(input: string): (typeof sorts)[keyof typeof sorts] {
  return sorts[input.replace(/\d+$/, '') as keyof typeof sorts];
}
