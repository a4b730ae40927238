import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hwmonKind } from '../../src/sensors/hwmon.ts';
import { iioKind } from '../../src/sensors/iio.ts';
import { systemKind, systemSensor } from '../../src/sensors/system.ts';
import { w1Kind } from '../../src/sensors/w1.ts';
import { collect, sensorParts, testSensor } from './contract.ts';
import { FakeSysfs } from './fake-sysfs.ts';

const therm = 'bus/w1/devices/28-0000005a1e57';
const sysfs = await FakeSysfs.make({
  'class/hwmon/hwmon0/name': 'coretemp',
  'class/hwmon/hwmon0/temp1_label': 'Package id 0',
  'class/hwmon/hwmon0/temp1_input': '51000',
  'class/hwmon/hwmon0/temp2_label': 'Core 0',
  'class/hwmon/hwmon0/temp2_input': '48500',
  'class/hwmon/hwmon1/name': 'lm75',
  'devices/0-0048/x': '',
  'devices/0-0049/x': '',
  'class/hwmon/hwmon1/device': '->../../../devices/0-0048',
  'class/hwmon/hwmon1/temp1_input': '21500',
  'class/hwmon/hwmon2/name': 'lm75',
  'class/hwmon/hwmon2/device': '->../../../devices/0-0049',
  'class/hwmon/hwmon2/temp1_input': '-7500',
  'class/hwmon/hwmon10/name': 'ina226',
  'class/hwmon/hwmon10/power1_input': '12500000',
  'class/hwmon/hwmon10/in1_input': '11900',
  'class/hwmon/hwmon10/temp1_input': '127000',
  'class/hwmon/hwmon10/temp1_fault': '1',
  'bus/iio/devices/iio:device0/name': 'bme280',
  'bus/iio/devices/iio:device0/in_temp_input': '21870',
  'bus/iio/devices/iio:device0/in_humidityrelative_input': '43500',
  'bus/iio/devices/iio:device0/in_pressure_input': '101.325',
  'bus/iio/devices/iio:device1/name': 'ads1015',
  'bus/iio/devices/iio:device1/in_voltage0_raw': '800',
  'bus/iio/devices/iio:device1/in_voltage0_scale': '3.000000000',
  'bus/iio/devices/iio:device1/in_voltage1_raw': '100',
  'bus/iio/devices/iio:device1/in_voltage_scale': '2',
  'bus/iio/devices/iio:device1/in_voltage_offset': '-50',
  'bus/iio/devices/iio:device2/name': 'mpu6050',
  'bus/iio/devices/iio:device2/in_accel_z_raw': '16384',
  'bus/iio/devices/iio:device2/in_accel_scale': '0.000598',
  [`${therm}/temperature`]: '21625',
  'bus/w1/devices/w1_bus_master1/name': 'w1_bus_master1',
});
const other = await FakeSysfs.make({});
afterAll(async () => {
  await sysfs.remove('');
  await other.remove('');
});

const hwmon = hwmonKind(sysfs.root);
const iio = iioKind(sysfs.root);
const w1 = w1Kind(sysfs.root);

testSensor('hwmon', { kind: hwmon, options: { chip: 'coretemp' }, absent: { chip: 'lm76' } });
testSensor('iio', {
  kind: iio,
  options: { device: 'bme280', channel: 'temp' },
  absent: { device: 'bmp280', channel: 'temp' },
});
testSensor('w1', { kind: w1, options: {}, absent: { id: '28-000000000000' } });
for (const measure of ['cpu', 'load', 'memory', 'disk']) {
  testSensor(`system: ${measure}`, {
    kind: systemSensor,
    options: { measure },
    ...(measure === 'disk' && { absent: { measure, path: '/not/there' } }),
  });
}

/** Reads a source once. */
async function readOnce(
  kind: typeof hwmon | typeof iio | typeof w1 | typeof systemSensor,
  options: Record<string, unknown>,
): Promise<number | string> {
  const parts = sensorParts();
  const source = kind.open(kind.options.parse(options) as never, parts);
  let end: string | undefined;
  source.start({
    value: () => undefined,
    away: () => {},
    ended: (reason) => {
      end = reason.code;
    },
  });
  const value = await source.read?.().catch((error) => error.code);
  await source.stop();
  return end ?? value;
}

describe('hwmon', () => {
  test.each([
    [{ chip: 'coretemp', input: 'temp2' }, 48.5, '°C'],
    [{ chip: 'coretemp', input: 'temp1', label: 'Core 0' }, 48.5, '°C'],
    [{ chip: 'lm75', device: '0-0049' }, -7.5, '°C'],
    [{ chip: 'ina226', input: 'power1' }, 12.5, 'W'],
    [{ chip: 'ina226', input: 'in1' }, 11.9, 'V'],
  ])('%o is %d %s', async (options, value, unit) => {
    expect(await readOnce(hwmon, options)).toBeCloseTo(value, 9);
    expect(hwmon.nature(hwmon.options.parse(options)).unit).toBe(unit);
  });

  test('two chips of one name are told apart by their device, and by nothing else', async () => {
    expect(await readOnce(hwmon, { chip: 'lm75' })).toBe('sensor/ambiguous');
    expect(await readOnce(hwmon, { chip: 'lm75', device: '0-0050' })).toBe('sensor/not-found');
  });

  test('a broken wire is no temperature', async () => {
    expect(await readOnce(hwmon, { chip: 'ina226', input: 'temp1' })).toBe('sensor/nonsense');
  });

  test('an input or a label that is not there ends the run', async () => {
    expect(await readOnce(hwmon, { chip: 'coretemp', input: 'fan1' })).toBe('sensor/lost');
    expect(await readOnce(hwmon, { chip: 'coretemp', label: 'Core 9' })).toBe('sensor/not-found');
  });

  test('a chip that comes back under another number is found again', async () => {
    await other.write('class/hwmon/hwmon3/name', 'lm75');
    await other.write('class/hwmon/hwmon3/temp1_input', '20000');
    const moved = hwmonKind(other.root);
    expect(await readOnce(moved, { chip: 'lm75' })).toBe(20);
    await other.remove('class/hwmon/hwmon3');
    expect(await readOnce(moved, { chip: 'lm75' })).toBe('sensor/not-found');
    await other.write('class/hwmon/hwmon7/name', 'lm75');
    await other.write('class/hwmon/hwmon7/temp1_input', 'what?');
    expect(await readOnce(moved, { chip: 'lm75' })).toBe('sensor/nonsense');
    await other.write('class/hwmon/hwmon7/temp1_input', '22000');
    expect(await readOnce(moved, { chip: 'lm75' })).toBe(22);
  });
});

describe('iio', () => {
  test.each([
    ['bme280', 'temp', 21.87, '°C'],
    ['bme280', 'humidityrelative', 43.5, '%'],
    ['bme280', 'pressure', 1013.25, 'hPa'],
    ['ads1015', 'voltage0', (800 - 50) * 3e-3, 'V'],
    ['iio:device1', 'voltage1', (100 - 50) * 2e-3, 'V'],
    ['mpu6050', 'accel_z', 16384 * 0.000598, 'm/s²'],
  ])('%s %s is %d %s', async (device, channel, value, unit) => {
    expect(await readOnce(iio, { device, channel })).toBeCloseTo(value, 9);
    expect(iio.nature(iio.options.parse({ device, channel })).unit).toBe(unit);
  });

  test.each(['sound', '../../etc/passwd', 'temp_x_y', ''])('%j is no channel', (channel) => {
    expect(iio.options.safeParse({ device: 'bme280', channel }).success).toBe(false);
  });
});

describe('w1', () => {
  test('one thermometer needs no id; of two one must be named', async () => {
    expect(await readOnce(w1, {})).toBe(21.625);
    await sysfs.write('bus/w1/devices/28-0000005a1e58/temperature', '19000');
    expect(await readOnce(w1, {})).toBe('sensor/ambiguous');
    expect(await readOnce(w1, { id: '28-0000005a1e58' })).toBe(19);
    await sysfs.remove('bus/w1/devices/28-0000005a1e58');
  });

  test('a chip that does not answer is no number', async () => {
    await other.write('bus/w1/devices/28-0000000000ff/temperature', '');
    expect(await readOnce(w1Kind(other.root), {})).toBe('sensor/unreadable');
    await other.remove('bus/w1/devices/28-0000000000ff');
  });

  test('older kernels give bytes and the verdict on their checksum', async () => {
    const bytes = '72 01 4b 46 7f ff 0e 10 57 : crc=57';
    await other.write('bus/w1/devices/28-00000000abcd/w1_slave', `${bytes} YES\n${bytes} t=23125`);
    const old = w1Kind(other.root);
    expect(await readOnce(old, {})).toBe(23.125);
    await other.write('bus/w1/devices/28-00000000abcd/w1_slave', `${bytes} NO\n${bytes} t=-62`);
    expect(await readOnce(old, {})).toBe('sensor/unreadable');
  });

  test('85 °C out of nowhere is what a chip says that was just reset, not a temperature', async () => {
    const parts = sensorParts();
    const source = w1.open(w1.options.parse({}), parts);
    source.start({ value: () => undefined, away: () => undefined, ended: () => undefined });
    const read = async (milli: number) => {
      await sysfs.write(`${therm}/temperature`, String(milli));
      return source.read?.().catch((error) => error.code);
    };
    expect(await read(85_000)).toBe('sensor/nonsense');
    expect(await read(85_000)).toBe('sensor/nonsense');
    expect(await read(80_000)).toBe(80);
    expect(await read(85_000)).toBe(85);
    expect(await read(21_000)).toBe(21);
    expect(await read(85_000)).toBe('sensor/nonsense');
    await sysfs.write(`${therm}/temperature`, '21625');
    await source.stop();
  });

  test('two thermometers of a bus are read one after the other', async () => {
    const parts = sensorParts();
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => parts.buses.w1.take(work)));
    expect(most).toBe(1);
  });
});

describe('system', () => {
  let files: { sys: string; proc: string };
  beforeAll(async () => {
    await other.write('proc/stat', 'cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 1 1 1');
    await other.write(
      'proc/meminfo',
      'MemTotal:       4000000 kB\nMemFree: 1 kB\nMemAvailable:   1000000 kB',
    );
    await other.write('class/thermal/thermal_zone0/type', 'acpitz');
    await other.write('class/thermal/thermal_zone0/temp', '30000');
    await other.write('class/thermal/thermal_zone1/type', 'cpu-thermal');
    await other.write('class/thermal/thermal_zone1/temp', '61322');
    files = { sys: other.root, proc: `${other.root}/proc` };
  });

  test('the temperature is that of the processor, not of the first zone', async () => {
    expect(await readOnce(systemKind(files), { measure: 'cpu-temperature' })).toBeCloseTo(61.322);
  });

  test('memory is what programs could not have any more', async () => {
    expect(await readOnce(systemKind(files), { measure: 'memory' })).toBe(75);
  });

  test('cpu is what was busy since the reading before', async () => {
    const kind = systemKind(files);
    const source = kind.open(kind.options.parse({ measure: 'cpu' }), sensorParts());
    source.start({ value: () => undefined, away: () => undefined, ended: () => undefined });
    expect(await source.read?.()).toBeCloseTo(20, 9);
    await other.write('proc/stat', 'cpu  190 0 100 810 0 0 0 0 0 0');
    expect(await source.read?.()).toBeCloseTo(90, 9);
  });

  test('a Raspberry Pi that is slowed down now is throttled; one that was, is not', async () => {
    const firmware = 'devices/platform/soc/soc:firmware/get_throttled';
    const kind = systemKind(files);
    expect(await readOnce(kind, { measure: 'throttled' })).toBe('sensor/not-found');
    await other.write(firmware, '50005');
    expect(await readOnce(kind, { measure: 'throttled' })).toBe(1);
    await other.write(firmware, '50000');
    expect(await readOnce(kind, { measure: 'throttled' })).toBe(0);
    await other.remove(firmware);
  });

  test('a PC is throttled when its processors were slowed down once more', async () => {
    const count = 'devices/system/cpu/cpu0/thermal_throttle/core_throttle_count';
    await other.write(count, '7');
    const kind = systemKind(files);
    const source = kind.open(kind.options.parse({ measure: 'throttled' }), sensorParts());
    source.start({ value: () => undefined, away: () => undefined, ended: () => undefined });
    expect(await source.read?.()).toBe(0);
    await other.write(count, '9');
    expect(await source.read?.()).toBe(1);
    expect(await source.read?.()).toBe(0);
  });
});

test('a sensor whose run has ended says nothing more', async () => {
  const source = hwmon.open(hwmon.options.parse({ chip: 'lm76' }), sensorParts());
  const told = collect(source);
  await source.read?.().catch(() => undefined);
  await source.read?.().catch(() => undefined);
  expect(told.ended.map(({ code }) => code)).toEqual(['sensor/not-found']);
});
