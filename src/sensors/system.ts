import { statfs } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import type { DurationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorNature } from './kind.ts';
import { polled, type Reader } from './polled.ts';
import { entries, numberIfThere, readNumber, readText, textIfThere } from './sysfs.ts';

const seconds = (count: number) => (count * 1000) as DurationMs;

/** What can be measured of the machine itself. */
const measures = {
  'cpu-temperature': { type: 'number', unit: '°C', decimals: 1, period: seconds(5) },
  cpu: { type: 'number', unit: '%', decimals: 0, period: seconds(5), range: [0, 100] },
  load: { type: 'number', unit: '', decimals: 2, period: seconds(10) },
  memory: { type: 'number', unit: '%', decimals: 0, period: seconds(10), range: [0, 100] },
  disk: { type: 'number', unit: '%', decimals: 1, period: seconds(60), range: [0, 100] },
  throttled: { type: 'boolean', unit: '', decimals: 0, period: seconds(5) },
} as const satisfies Record<string, SensorNature>;
type Measure = keyof typeof measures;

/** The keys of `kind: system` in a profile. */
export const systemOptions = z.strictObject({
  measure: z
    .enum(Object.keys(measures) as [Measure, ...Measure[]])
    .describe(
      'cpu-temperature; cpu, memory, disk: how much of it is used; load: of the last minute; throttled: slowed down by heat or a weak supply',
    ),
  path: z.string().min(1).default('/').describe('For disk: a folder on the disk that is meant'),
});
type Options = z.output<typeof systemOptions>;

/** Where the kernel tells of itself. */
export interface KernelFiles {
  readonly sys: string;
  readonly proc: string;
}

/** The machine itself: how hot, how busy, how full it is. */
export function systemKind(files: KernelFiles): SensorKind<typeof systemOptions> {
  return {
    kind: 'system',
    options: systemOptions,
    nature: ({ measure }) => measures[measure],
    check: async (options) => {
      await (await find(files, options))();
    },
    open: (options) => polled(() => find(files, options)),
  };
}

export const systemSensor = systemKind({ sys: '/sys', proc: '/proc' });

async function find(files: KernelFiles, { measure, path: folder }: Options): Promise<Reader> {
  switch (measure) {
    case 'cpu-temperature':
      return cpuTemperature(files.sys);
    case 'cpu':
      return cpuUse(files.proc);
    case 'load':
      return () => Promise.resolve(loadavg()[0] ?? 0);
    case 'memory':
      return () => memoryUse(files.proc);
    case 'disk':
      return () => diskUse(folder);
    case 'throttled':
      return throttled(files.sys);
  }
}

/** Zones that are the processor, the best word for it first. */
const processorZones = [
  'x86_pkg_temp',
  'cpu-thermal',
  'cpu_thermal',
  'soc-thermal',
  'soc_thermal',
  'cpu0-thermal',
];
const processorChips = ['coretemp', 'k10temp', 'zenpower', 'cpu_thermal'];

async function cpuTemperature(sys: string): Promise<Reader> {
  const zones = await entries(path.join(sys, 'class/thermal'), /^thermal_zone\d+$/);
  const types = await Promise.all(zones.map((zone) => textIfThere(path.join(zone, 'type'))));
  const best = processorZones.map((type) => zones[types.indexOf(type)]).find((zone) => zone !== undefined);
  const chips = await entries(path.join(sys, 'class/hwmon'), /^hwmon\d+$/);
  const names = await Promise.all(chips.map((chip) => textIfThere(path.join(chip, 'name'))));
  const chip = chips.find((_, index) => processorChips.includes(names[index] ?? ''));
  const file =
    (best && path.join(best, 'temp')) ??
    (chip && path.join(chip, 'temp1_input')) ??
    (zones[0] && path.join(zones[0], 'temp'));
  if (file === undefined)
    throw new VedetteError('sensor/not-found', { what: 'thermometer of the processor' });
  return async () => (await readNumber(file, 'the thermometer of the processor')) / 1000;
}

/** Percent of all processors that were busy since the reading before. */
async function cpuUse(proc: string): Promise<Reader> {
  const times = async () => {
    const [line = ''] = (await readText(path.join(proc, 'stat'), 'the processor')).split('\n');
    // proc_stat(5): user nice system idle iowait irq softirq steal; guests are within user.
    const counts = line.trim().split(/\s+/).slice(1, 9).map(Number);
    const whole = counts.reduce((sum, count) => sum + count, 0);
    return { whole, idle: (counts[3] ?? 0) + (counts[4] ?? 0) };
  };
  let before = { whole: 0, idle: 0 };
  return async () => {
    const now = await times();
    const whole = now.whole - before.whole;
    const idle = now.idle - before.idle;
    before = now;
    return whole > 0 ? Math.min(100, Math.max(0, 100 * (1 - idle / whole))) : 0;
  };
}

/** Percent of memory that programs could not have any more. */
async function memoryUse(proc: string): Promise<number> {
  const text = await readText(path.join(proc, 'meminfo'), 'the memory');
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]);
  return 100 * (1 - of('MemAvailable') / of('MemTotal'));
}

/** As df(1) counts: of what this user may fill. */
async function diskUse(folder: string): Promise<number> {
  const disk = await statfs(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new VedetteError('sensor/not-found', { what: `folder ${folder}` });
    throw new VedetteError('sensor/unreadable', {
      device: `the disk of ${folder}`,
      detail: String(error.code),
    });
  });
  const used = disk.blocks - disk.bfree;
  return (100 * used) / (used + disk.bavail);
}

/** Raspberry Pi: supply too low, clock held, slowed down, too hot: now (bits 0 to 3; the others are of the past). */
const throttledNow = 0xf;

async function throttled(sys: string): Promise<Reader> {
  const firmware = path.join(sys, 'devices/platform/soc/soc:firmware/get_throttled');
  if ((await textIfThere(firmware)) !== undefined) {
    return async () =>
      Number((Number.parseInt(await readText(firmware, 'the firmware'), 16) & throttledNow) !== 0);
  }
  const cpus = await entries(path.join(sys, 'devices/system/cpu'), /^cpu\d+$/);
  const count = async () => {
    const counts = await Promise.all(
      cpus.map((cpu) => numberIfThere(path.join(cpu, 'thermal_throttle/core_throttle_count'))),
    );
    return counts.some((one) => one !== undefined)
      ? counts.reduce<number>((sum, one) => sum + (one ?? 0), 0)
      : undefined;
  };
  let before = await count();
  if (before === undefined)
    throw new VedetteError('sensor/not-found', { what: 'word of throttling on this machine' });
  return async () => {
    const now = (await count()) ?? 0;
    const more = now > (before ?? 0);
    before = now;
    return Number(more);
  };
}
