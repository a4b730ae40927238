import { connect } from 'node:net';
import { VedetteError } from '../errors.ts';

const connectMs = 5_000;

/** Bytes to and from Modbus devices: a serial port is one, too. */
export interface ModbusWire {
  write(data: Uint8Array): void;
  close(): void;
}

export interface ModbusWireSink {
  data(chunk: Uint8Array): void;
  /** It broke by itself; last, at most once, never for `close`. */
  ended(reason: VedetteError): void;
}

/** What the system calls the troubles of a connection, in words without an address. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'nobody knows its name',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  ECONNRESET: 'it hung up',
  EPIPE: 'it hung up',
};

/**
 * Connects to a device, or to a gateway before several.
 *
 * @param signal gives up connecting when it aborts
 * @throws VedetteError `modbus/unreachable`
 */
export function connectTcp(
  { host, port }: { readonly host: string; readonly port: number },
  sink: ModbusWireSink,
  signal: AbortSignal,
): Promise<ModbusWire> {
  const { promise, resolve, reject } = Promise.withResolvers<ModbusWire>();
  const socket = connect({ host, port, noDelay: true });
  let closed = false;
  const failed = (detail: string) => {
    if (closed) return;
    closed = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
    const reason = new VedetteError('modbus/unreachable', { detail });
    reject(reason);
    sink.ended(reason);
  };
  const timer = setTimeout(() => failed('it does not answer'), connectMs);
  const giveUp = () => failed('the device stops');
  signal.addEventListener('abort', giveUp);
  socket.on('connect', () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    resolve({
      write: (data) => {
        if (!closed) socket.write(data);
      },
      close: () => {
        closed = true;
        socket.destroy();
      },
    });
  });
  socket.on('data', (chunk) => {
    if (!closed) sink.data(chunk);
  });
  socket.on('error', ({ code }: NodeJS.ErrnoException) => failed(words[code ?? ''] ?? code ?? 'it hung up'));
  socket.on('close', () => failed('it hung up'));
  return promise;
}
