import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { WirePath } from '../../../src/transport/wire/path.ts';
import { FrameReader, TcpListener, type TcpPath } from '../../../src/transport/wire/tcp.ts';

const listeners: TcpListener[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

const framed = (datagram: Uint8Array) =>
  Buffer.from([datagram.length >> 8, datagram.length & 0xff, ...datagram]);

test('datagrams come out of the stream whole, however it was cut', () => {
  const datagrams = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 10 });
  fc.assert(
    fc.property(datagrams, fc.array(fc.integer({ min: 1, max: 400 })), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(framed));
      const read: Uint8Array[] = [];
      const frames = new FrameReader((datagram) => read.push(new Uint8Array(datagram)));
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        expect(frames.push(stream.subarray(at, at + cut))).toBe(true);
        at += cut;
      }
      expect(read).toEqual(sent);
    }),
  );
});

test('a frame that is too long ends the stream before it is waited for', () => {
  const frames = new FrameReader(() => expect.unreachable());
  expect(frames.push(Buffer.from([0xff, 0xff]))).toBe(false);
});

test('an empty frame says nothing, and what follows counts', () => {
  const read: Buffer[] = [];
  const frames = new FrameReader((datagram) => read.push(datagram));
  expect(frames.push(Buffer.from([0, 0, 0, 1, 42]))).toBe(true);
  expect(read).toEqual([Buffer.from([42])]);
});

test('a connection carries datagrams both ways, and its end is told', async () => {
  const arrived = Promise.withResolvers<{ datagram: Buffer; path: WirePath }>();
  const closed = Promise.withResolvers<WirePath>();
  const listener = new TcpListener({
    arrival: (datagram, path) => arrived.resolve({ datagram, path }),
    closed: (path) => closed.resolve(path),
  });
  listeners.push(listener);
  const socket = connect(await listener.start(0), '127.0.0.1');
  socket.write(framed(Buffer.from('hello')));
  const { datagram, path } = await arrived.promise;
  expect({ text: datagram.toString(), family: path.family, transport: path.transport }).toEqual({
    text: 'hello',
    family: 4,
    transport: 'tcp',
  });
  path.send({ address: '', port: 0 }, [Buffer.from('good'), Buffer.from('bye')]);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer).toEqual(framed(Buffer.from('goodbye')));
  socket.destroy();
  expect(await closed.promise).toBe(path);
});

test('a connection whose session has ended goes, unless another is found on it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const arrived: WirePath[] = [];
    const first = Promise.withResolvers<void>();
    const listener = new TcpListener({
      arrival: (_, path) => {
        arrived.push(path);
        first.resolve();
      },
      closed: () => {},
    });
    listeners.push(listener);
    const socket = connect(await listener.start(0), '127.0.0.1');
    socket.write(framed(Buffer.from('hello')));
    await first.promise;
    const path = arrived[0] as TcpPath;
    listener.known(path);
    listener.unknown(path);
    listener.known(path);
    vi.advanceTimersByTime(60_000);
    expect(socket.destroyed).toBe(false);
    listener.unknown(path);
    vi.advanceTimersByTime(60_000);
    await once(socket, 'close');
  } finally {
    vi.useRealTimers();
  }
});

test('a stranger that speaks HTTP is hung up on', async () => {
  const listener = new TcpListener({ arrival: () => {}, closed: () => {} });
  listeners.push(listener);
  const socket = connect(await listener.start(0), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: device\r\n\r\n');
  await once(socket, 'close');
});
