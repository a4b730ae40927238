import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Buses } from '../../src/buses/buses.ts';
import { systemClock } from '../../src/clock.ts';
import type { SensorSource } from '../../src/sensors/kind.ts';
import { modbusOptions, modbusSensor, modbusValue } from '../../src/sensors/modbus.ts';
import { hasPymodbus, type ModbusServer, startModbusRtu, startModbusTcp } from '../buses/modbus-server.ts';
import { hasSocat, openPty } from '../buses/pty.ts';
import { collect, sensorParts, silent, testSensor } from './contract.ts';

const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function parts() {
  const buses = new Buses({ device: 'test', clock: systemClock, log: silent });
  undo.push(() => buses.stop());
  return sensorParts({ buses });
}

/** One reading. */
function read(options: object, given = parts()): Promise<number> {
  const source: SensorSource = modbusSensor.open(modbusOptions.parse(options), given);
  source.start({ value: () => undefined, away: () => undefined, ended: () => undefined });
  return source.read?.() ?? Promise.reject(new Error('it is not polled'));
}

test('either an address or a serial line, and nothing that is neither', () => {
  const problem = (options: object) => modbusOptions.safeParse({ register: 0, ...options }).success;
  expect(problem({ url: 'tcp://192.0.2.20' })).toBe(true);
  expect(problem({ url: 'tcp://[2001:db8::1]:1502' })).toBe(true);
  expect(problem({ path: '/dev/ttyUSB0', parity: 'even' })).toBe(true);
  expect(problem({})).toBe(false);
  expect(problem({ url: 'tcp://a', path: '/dev/ttyUSB0' })).toBe(false);
  expect(problem({ url: 'http://a' })).toBe(false);
  expect(problem({ url: 'tcp://a', register: 65_536 })).toBe(false);
});

test('registers are read in every format, and one bit of them', () => {
  const value = (data: number[], options: object) =>
    modbusValue(Uint8Array.from(data), modbusOptions.parse({ url: 'tcp://a', register: 0, ...options }));
  expect(value([0xff, 0xfb], {})).toBe(-5);
  expect(value([0xff, 0xfb], { format: 'uint16', scale: 0.5 })).toBe(32_765.5);
  expect(value([0x00, 0x01, 0x86, 0xa0], { format: 'int32' })).toBe(100_000);
  expect(value([0x86, 0xa0, 0x00, 0x01], { format: 'uint32', wordOrder: 'low-first' })).toBe(100_000);
  expect(value([0x42, 0x48, 0x00, 0x00], { format: 'float32' })).toBe(50);
  expect(value([0x00, 0x08], { bit: 3 })).toBe(1);
  expect(value([0x00, 0x08], { bit: 2 })).toBe(0);
  expect(value([0x01], { table: 'coil' })).toBe(1);
  expect(value([], {})).toBeNaN();
});

describe.skipIf(!hasPymodbus)('with a real server', () => {
  let server: ModbusServer;
  beforeAll(async () => {
    server = await startModbusTcp();
  });
  afterAll(() => server.kill());

  testSensor('modbus', {
    kind: modbusSensor,
    options: () => ({ url: server.url, register: 0, scale: 0.1 }),
    absent: { url: 'tcp://127.0.0.1:9', register: 0 },
    absentCode: 'modbus/unreachable',
  });

  test('reads every table, of several units over one connection', async () => {
    const given = parts();
    const { url } = server;
    const values = await Promise.all([
      read({ url, register: 0, scale: 0.1 }, given),
      read({ url, register: 1, unitId: 7 }, given),
      read({ url, register: 2, format: 'float32' }, given),
      read({ url, register: 4, format: 'uint32' }, given),
      read({ url, table: 'input', register: 0 }, given),
      read({ url, table: 'coil', register: 2 }, given),
      read({ url, table: 'discrete', register: 0 }, given),
    ]);
    expect(values).toEqual([21.5, -5, 50, 100_000, 42, 1, 0]);
  });

  test('a register that is not there, and a unit that is not, are told', async () => {
    const given = parts();
    await expect(read({ url: server.url, register: 500 }, given)).rejects.toMatchObject({
      code: 'modbus/exception',
      message: 'unit 1 refuses to read holding 500: it has no such register',
    });
    await expect(read({ url: server.url, register: 0, unitId: 9 }, given)).rejects.toMatchObject({
      code: expect.stringMatching(/^modbus\/(exception|no-answer)$/),
    });
    expect(await read({ url: server.url, register: 0 }, given)).toBe(215);
  });

  test('a server that restarts is read again', async () => {
    const given = parts();
    expect(await read({ url: server.url, register: 0 }, given)).toBe(215);
    await server.kill();
    await expect(read({ url: server.url, register: 0 }, given)).rejects.toMatchObject({
      code: 'modbus/unreachable',
    });
    await server.start();
    expect(await read({ url: server.url, register: 0 }, given)).toBe(215);
  });

  test.skipIf(!hasSocat)('reads a serial line (RTU)', async () => {
    const pty = await openPty();
    undo.push(() => pty.stop());
    const { path } = pty;
    const far = pty.device;
    // The server takes the far end; ours is not to hold it.
    far.destroy();
    const rtu = startModbusRtu(`${path.slice(0, path.lastIndexOf('/'))}/device`);
    undo.push(() => rtu.stop());
    const given = parts();
    // It says nothing of being ready: asked until it answers.
    let value = Number.NaN;
    for (let tries = 0; Number.isNaN(value) && tries < 10; tries++) {
      value = await read({ path, register: 1, unitId: 7 }, given).catch(() => Number.NaN);
    }
    expect(value).toBe(-5);
    expect(await read({ path, register: 2, format: 'float32' }, given)).toBe(50);
    await expect(read({ path, register: 500 }, given)).rejects.toMatchObject({ code: 'modbus/exception' });
  });
});

describe('a server that is none', () => {
  async function serve(answer: (question: Buffer) => Buffer | undefined): Promise<string> {
    const server: Server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        const reply = answer(chunk);
        if (reply) socket.write(reply);
        else socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    undo.push(() => {
      server.close();
    });
    return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  test('that says something else is nonsense, and the next question is asked anew', async () => {
    const url = await serve(() => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const given = parts();
    for (let i = 0; i < 2; i++) {
      await expect(read({ url, register: 0 }, given)).rejects.toMatchObject({ code: 'modbus/nonsense' });
    }
  });

  test('that hangs up is away', async () => {
    const url = await serve(() => undefined);
    await expect(read({ url, register: 0 })).rejects.toMatchObject({ code: 'modbus/unreachable' });
  });

  test('that is silent is asked no longer than 2 s, and stopping does not wait for it', async () => {
    const url = await serve(() => Buffer.alloc(0));
    const given = parts();
    const first = read({ url, register: 0 }, given);
    await expect(first).rejects.toMatchObject({ code: 'modbus/no-answer' });
    const second = expect(read({ url, register: 0 }, given)).rejects.toMatchObject({
      code: 'modbus/unreachable',
    });
    await new Promise((resolve) => setImmediate(resolve));
    await given.buses.stop();
    await second;
  });
});

test('five readings follow one another', async () => {
  const answer = Buffer.from('00010000000501030200d7', 'hex');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      chunk.copy(answer, 0, 0, 2);
      socket.write(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => {
    server.close();
  });
  const { port } = server.address() as { port: number };
  const source = modbusSensor.open(
    modbusOptions.parse({ url: `tcp://127.0.0.1:${port}`, register: 0 }),
    parts(),
  );
  const told = collect(source);
  await expect.poll(() => told.values.map(({ value }) => value)).toEqual([215, 215, 215, 215, 215]);
});
