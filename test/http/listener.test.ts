import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { VedetteError } from '../../src/errors.ts';
import { holdingInodes } from '../../src/http/port-holder.ts';
import { offer } from '../signaling/fake-sessions.ts';
import { openDoor } from './door.ts';

test('a port that is taken is named, with who holds it', async () => {
  const first = await openDoor();
  try {
    const error = await openDoor({ port: first.addresses.port }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(VedetteError);
    expect(error).toMatchObject({
      code: 'http/port-taken',
      data: {
        host: '127.0.0.1',
        port: first.addresses.port,
        holder: expect.stringContaining(`process ${process.pid}`),
      },
    });
  } finally {
    await first.stop();
  }
});

test('an address that is not of this machine is named', async () => {
  await expect(openDoor({ host: '203.0.113.250' })).rejects.toMatchObject({ code: 'http/no-address' });
});

test('listening sockets are read from the kernel table, others are not', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:2120 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0',
    '   1: 0100007F:2120 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0',
  ].join('\n');
  expect(holdingInodes(table, 8480, 'tcp')).toEqual(['4711']);
  expect(holdingInodes('garbage\n\n', 8480, 'tcp')).toEqual([]);
});

test('a stop ends connections that idle, that are half a request, and that are WebSockets; and is idempotent', async () => {
  const door = await openDoor();
  const silent = net.connect(door.addresses.port, '127.0.0.1');
  const half = net.connect(door.addresses.port, '127.0.0.1');
  half.write('POST /whep/garden HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n');
  silent.on('error', () => {});
  half.on('error', () => {});
  await Promise.all([once(silent, 'connect'), once(half, 'connect')]);
  await (await fetch(`${door.url}/healthz`)).text(); // leaves a kept-alive connection
  const socket = new WebSocket(`${door.url.replace('http', 'ws')}/signal`);
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const cut = [once(silent, 'close'), once(half, 'close')];
  await door.server.stop();
  await door.server.stop();
  expect((await closed)[0]).toBe(1001);
  await Promise.all(cut);
  await expect(fetch(`${door.url}/healthz`)).rejects.toThrow();
  await door.stop();
});

test('bytes that are neither HTTP nor TLS hurt nobody', async () => {
  const door = await openDoor();
  try {
    for (const bytes of [
      Buffer.from([0x16, 3, 1, 0, 5]),
      Buffer.alloc(100_000, 0xff),
      Buffer.from('\r\n\r\n'),
    ]) {
      const socket = net.connect(door.addresses.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(bytes);
      socket.resume();
      await new Promise((resolve) => socket.once('close', resolve));
    }
    const created = await fetch(`${door.url}/whep/garden`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: offer,
    });
    expect(created.status).toBe(201);
  } finally {
    await door.stop();
  }
});
