import { type Logger as PinoLogger, pino } from 'pino';

/** The structured logger of the whole process. `info` and above name no address and no secret. */
export type Logger = PinoLogger;

/** How log lines look: `human` in a terminal, `json` otherwise. */
export type LogFormat = 'human' | 'json';

export interface LogOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: LogFormat;
}

/** Makes the process's logger; written to stderr, so that a command's own output stays clean. */
export async function createLogger({ level, format }: LogOptions): Promise<Logger> {
  if (format === 'json') return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level, base: null },
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' }),
  );
}

/** A text that must never be shown. Printed anywhere, it says `[secret]`; only {@link Secret.reveal} gives it. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
