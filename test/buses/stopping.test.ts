import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { I2cBus } from '../../src/buses/i2c.ts';
import { ModbusLink } from '../../src/buses/modbus.ts';
import { MqttBus } from '../../src/buses/mqtt.ts';
import { MqttSettings } from '../../src/buses/mqtt-settings.ts';
import { systemClock } from '../../src/clock.ts';
import { alive, children, quiet, until } from '../media/ready.ts';
import { hasMosquitto, startMosquitto } from './mosquitto.ts';

/** The device has 1.8 s for all of its stop; no bus may take more of it than this. */
const mostMs = 700;

const undo: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** How long it takes, in ms. */
async function time(work: Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work;
  return performance.now() - startMs;
}

describe('a tool that hangs', () => {
  let pathBefore: string | undefined;
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-hung-'));
    for (const tool of ['stty', 'i2cdetect']) {
      writeFileSync(join(folder, tool), '#!/bin/sh\nexec sleep 30\n');
      chmodSync(join(folder, tool), 0o755);
    }
    pathBefore = process.env.PATH;
    process.env.PATH = [folder, pathBefore].join(delimiter);
    undo.push(() => {
      process.env.PATH = pathBefore;
      rmSync(folder, { recursive: true });
    });
  });

  test('on I2C is ended by a stop, and nobody talks after it', async () => {
    const bus = new I2cBus(1);
    const talk = () => bus.talk(0x48, (chip) => chip.transfer({ write: [0], read: 2 }));
    const failed = expect(talk()).rejects.toThrow();
    await until('the tool runs', () => children('sleep').length > 0);
    const pids = children('sleep');
    expect(await time(bus.stop())).toBeLessThan(mostMs);
    await failed;
    expect(pids.filter(alive)).toEqual([]);
    await expect(talk()).rejects.toThrow();
    expect(children('sleep')).toEqual([]);
  });

  test('before a serial line of Modbus is ended by a stop', async () => {
    const link = new ModbusLink({
      path: '/dev/null',
      baudRate: 9600,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
    });
    const failed = expect(link.read({ unit: 1, table: 'holding', register: 0, count: 1 })).rejects.toThrow();
    await until('the tool runs', () => children('sleep').length > 0);
    const pids = children('sleep');
    expect(await time(link.stop())).toBeLessThan(mostMs);
    await failed;
    expect(pids.filter(alive)).toEqual([]);
  });
});

test('a Modbus device that does not even take the connection holds up no stop', async () => {
  // Nobody accepts, and the queue is full: whoever comes now is not answered.
  const worker = new Worker(
    `const { createServer } = require('node:net');
     const { parentPort } = require('node:worker_threads');
     const server = createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  undo.push(() => worker.terminate());
  const [port] = (await once(worker, 'message')) as [number];
  const queued: Socket[] = [];
  undo.push(() => {
    for (const socket of queued) socket.destroy();
  });
  for (let i = 0; i < 4; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    queued.push(socket);
  }
  await until('some of them wait', () => queued.some((socket) => !socket.connecting));
  const link = new ModbusLink({ host: '127.0.0.1', port });
  const failed = expect(
    link.read({ unit: 1, table: 'holding', register: 0, count: 1 }),
  ).rejects.toMatchObject({ code: 'modbus/unreachable' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(await time(link.stop())).toBeLessThan(mostMs);
  await failed;
});

test.skipIf(!hasMosquitto)('an MQTT broker that is gone without a word holds up no stop', async () => {
  const broker = await startMosquitto();
  undo.push(() => broker.stop());
  const sockets: Socket[] = [];
  const between = createServer((near) => {
    const far = connect(Number(new URL(broker.url).port), '127.0.0.1');
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far);
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(between, 'listening');
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    between.close();
  });
  const { port } = between.address() as { port: number };
  const bus = new MqttBus({
    settings: MqttSettings.parse({ url: `mqtt://127.0.0.1:${port}` }),
    device: 'test',
    clock: systemClock,
    log: quiet,
  });
  bus.start();
  await until('connected', () => bus.connected);
  for (const socket of sockets) socket.unpipe().pause();
  const lost = expect(bus.publish('a', 'b')).rejects.toMatchObject({ code: 'mqtt/not-published' });
  expect(await time(bus.stop())).toBeLessThan(mostMs);
  await lost;
});
