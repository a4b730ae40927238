import { openSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { ReadStream } from 'node:tty';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { runTool } from './run-tool.ts';

/** The speeds that stty knows and devices use. */
const baudRates = [
  ...[300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600],
] as const;

/** How a serial line is set; keys of a profile. */
export const serialSettings = {
  path: z
    .string()
    .regex(/^\/\S+$/, 'a device file, as in /dev/serial/by-id/usb-FTDI_…')
    .describe('The device file; names in /dev/serial/by-id stay when things are plugged in anew'),
  baudRate: z.literal(baudRates).default(9600).describe('Bits a second'),
  dataBits: z.literal([7, 8]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.literal([1, 2]).default(1),
};
const SerialSettings = z.strictObject(serialSettings);
export type SerialSettings = z.output<typeof SerialSettings>;

/** One opened serial line: a single run. */
export interface SerialPort {
  /** Bytes go out as they are. */
  write(data: Uint8Array): void;
  /** Idempotent. */
  close(): void;
}

export interface SerialPortSink {
  data(chunk: Uint8Array): void;
  /** It hung up by itself; last, at most once, never for `close`. */
  ended(reason: VedetteError): void;
}

/** What stty is told: raw bytes, no flow control, no waiting for a modem, speed and format. */
export function sttyArgs({ path, baudRate, dataBits, parity, stopBits }: SerialSettings): readonly string[] {
  return [
    ...['-F', path, String(baudRate), 'raw', '-echo', '-echoe', '-echok', '-echoctl', '-echoke'],
    ...['clocal', 'cread', '-hupcl', '-crtscts', `cs${dataBits}`],
    ...(parity === 'none' ? ['-parenb'] : ['parenb', parity === 'odd' ? 'parodd' : '-parodd']),
    ...[stopBits === 2 ? 'cstopb' : '-cstopb', 'min', '1', 'time', '0'],
  ];
}

/**
 * Opens a serial line: stty sets it, and the event loop reads it as it reads a terminal, without a thread that waits.
 *
 * @param signal gives up when it aborts
 * @throws VedetteError `serial/not-found`, `serial/denied`, `serial/busy`, `serial/unusable`
 */
export async function openSerialPort(
  settings: SerialSettings,
  sink: SerialPortSink,
  signal?: AbortSignal,
): Promise<SerialPort> {
  const { path } = settings;
  await access(path, constants.R_OK | constants.W_OK).catch((error: unknown) => {
    throw openingError(path, error);
  });
  const { code, complaint } = await runTool('stty', sttyArgs(settings), signal);
  if (code !== 0) {
    // stty: /dev/ttyUSB0: Inappropriate ioctl for device
    const detail = complaint.replace(/^stty: /, '').replace(`${path}: `, '') || `stty ended with ${code}`;
    throw new VedetteError('serial/unusable', { path, detail });
  }
  const stream = openTerminal(path);
  let closed = false;
  const lost = () => {
    if (closed) return;
    closed = true;
    stream.destroy();
    sink.ended(new VedetteError('serial/lost', { path }));
  };
  stream.on('data', (chunk: Buffer) => {
    if (!closed) sink.data(chunk);
  });
  stream.on('error', lost);
  stream.on('close', lost);
  stream.on('end', lost);
  return {
    write: (data) => {
      if (!closed) stream.write(data);
    },
    close: () => {
      closed = true;
      stream.destroy();
    },
  };
}

function openTerminal(path: string): ReadStream {
  try {
    // Without waiting for a carrier, and without becoming our controlling terminal.
    return new ReadStream(openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  } catch (error) {
    throw openingError(path, error);
  }
}

function openingError(path: string, error: unknown): VedetteError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  switch (code) {
    case 'ENOENT':
    case 'ENXIO':
    case 'ENODEV':
      return new VedetteError('serial/not-found', { path });
    case 'EACCES':
    case 'EPERM':
      return new VedetteError('serial/denied', { path });
    case 'EBUSY':
      return new VedetteError('serial/busy', { path });
    default:
      return new VedetteError('serial/unusable', { path, detail: code });
  }
}
