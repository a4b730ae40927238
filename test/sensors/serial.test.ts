import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sttyArgs } from '../../src/buses/serial-port.ts';
import type { SensorSource } from '../../src/sensors/kind.ts';
import { serialOptions, serialSensor } from '../../src/sensors/serial.ts';
import { hasSocat, openPty, type PtyPair } from '../buses/pty.ts';
import { until } from '../media/ready.ts';
import { collect, sensorParts, testSensor } from './contract.ts';

test('speed and format are told to stty', () => {
  const settings = serialOptions.parse({
    path: '/dev/ttyS0',
    pattern: '(a)',
    baudRate: 19_200,
    parity: 'odd',
    dataBits: 7,
    stopBits: 2,
  });
  expect(sttyArgs(settings)).toEqual(
    expect.arrayContaining(['/dev/ttyS0', '19200', 'raw', 'cs7', 'parenb', 'parodd', 'cstopb', 'clocal']),
  );
});

test('a speed nobody knows, and a path that is none, are refused', () => {
  const fine = { path: '/dev/ttyS0', pattern: '(a)' };
  expect(serialOptions.safeParse(fine).success).toBe(true);
  expect(serialOptions.safeParse({ ...fine, baudRate: 12_345 }).success).toBe(false);
  expect(serialOptions.safeParse({ ...fine, path: 'ttyS0; reboot' }).success).toBe(false);
});

describe.skipIf(!hasSocat)('on a pseudo-terminal', () => {
  let pty: PtyPair;
  beforeAll(async () => {
    pty = await openPty();
  });
  afterAll(() => pty.stop());
  const opened: SensorSource[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((source) => source.stop())));
  const open = (options: object, parts = sensorParts()) => {
    const source = serialSensor.open(
      serialOptions.parse({ path: pty.path, pattern: 'T=(-?[\\d.]+)', ...options }),
      parts,
    );
    opened.push(source);
    return source;
  };

  testSensor('serial', {
    kind: serialSensor,
    options: () => ({ path: pty.path, pattern: 'T=(-?[\\d.]+)' }),
    provoke: () => void pty.device.write('T=21.5\n'),
    absent: { path: '/dev/no-such-line', pattern: '(a)' },
    absentCode: 'serial/not-found',
  });

  test('two sensors share a line, each with its own pattern', async () => {
    const parts = sensorParts();
    const temperature = collect(open({}, parts));
    const door = collect(open({ pattern: 'D=(\\w+)', type: 'boolean' }, parts));
    await until('both', () => {
      pty.device.write('T=-3.25 D=OPEN\r\n');
      return temperature.values.length > 0 && door.values.length > 0;
    });
    expect([temperature.values[0], door.values[0]]).toEqual([{ value: -3.25 }, { value: 1 }]);
    expect(() => open({ baudRate: 300 }, parts)).toThrow(/another sensor sets it otherwise/);
  });

  test('what was said before it listened, and the half of a line, is no value', async () => {
    pty.device.write('T=99\nT=1');
    const told = collect(open({}));
    await until('open', () => {
      pty.device.write('0\nT=5\n');
      return told.values.length > 0;
    });
    expect(told.values[0]).toEqual({ value: 5 });
  });

  test('nonsense and lines that never end are no values, and sense after them is heard', async () => {
    const told = collect(open({}));
    await until('a value', () => {
      pty.device.write(Buffer.from([0xff, 0x00, 0x54, 0x3d, 0x0a]));
      pty.device.write(`${'T=9'.repeat(1_000)}\n`);
      pty.device.write('T=4\n');
      return told.values.length > 0;
    });
    expect(told.values[0]).toEqual({ value: 4 });
    expect(told.ended).toEqual([]);
  });

  test('a device that is asked answers each question', async () => {
    pty.device.resume();
    const answer = (chunk: Buffer) => {
      for (const _ of String(chunk).matchAll(/READ\r/g)) pty.device.write('T=7.5\r\n');
    };
    pty.device.on('data', answer);
    const told = collect(open({ ask: 'READ\r' }));
    await until('five answers', () => told.values.length === 5);
    expect(told.failed).toEqual([]);
    pty.device.off('data', answer);
  });

  test('pulled out it ends, and plugged in again it is read as before', async () => {
    const told = collect(open({}));
    await until('a value', () => {
      pty.device.write('T=1\n');
      return told.values.length > 0;
    });
    await pty.unplug();
    await until('its end', () => told.ended.length > 0);
    expect(told.ended).toMatchObject([{ code: 'serial/lost' }]);
    await pty.plug();
    const again = collect(open({}));
    await until('a value', () => {
      pty.device.write('T=2\n');
      return again.values.length > 0;
    });
    expect(again.values[0]).toEqual({ value: 2 });
  });

  test('a file that is no line says so', async () => {
    const told = collect(open({ path: '/dev/null' }));
    await until('its end', () => told.ended.length > 0);
    expect(told.ended).toMatchObject([{ code: 'serial/unusable' }]);
  });
});
