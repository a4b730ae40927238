import { setTimeout } from 'node:timers/promises';
import type { VedetteError } from '../errors.ts';
import { LineSplitter } from './line-splitter.ts';
import { openSerialPort, type SerialPort, type SerialSettings } from './serial-port.ts';

/** What comes in so soon after opening was said before, to nobody, or is the rest of a line. */
const settlingMs = 50;

/** Who listens to a line. */
export interface LineListener {
  line(text: string): void;
  /** The line is gone or could not be opened; last, at most once. */
  ended(reason: VedetteError): void;
}

/** A serial line on which a device says text: opened for its first listener, closed after its last. */
export class SerialLine {
  readonly settings: SerialSettings;
  readonly #listeners = new Set<LineListener>();
  #port: Promise<SerialPort> | undefined;

  constructor(settings: SerialSettings) {
    this.settings = settings;
  }

  /** Hears every line from now on, until the returned function is called; that resolves when nothing is held any more. */
  listen(listener: LineListener): () => Promise<void> {
    this.#listeners.add(listener);
    this.#port ??= this.#open();
    return async () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) await this.close();
    };
  }

  /** Resolves when it is open. Only for listeners; rejects as `ended` tells. */
  async opened(): Promise<void> {
    await this.#port;
  }

  /** Says something to the device, where the line is open. */
  async write(text: string): Promise<void> {
    const port = await this.#port?.catch(() => undefined);
    port?.write(Buffer.from(text, 'utf8'));
  }

  /** Closes it, whoever listens. Idempotent. */
  async close(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    this.#listeners.clear();
    await port?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #open(): Promise<SerialPort> {
    const splitter = new LineSplitter();
    let settled = false;
    const current = () => this.#port === opening;
    const port = openSerialPort(this.settings, {
      data: (chunk) => {
        const lines = splitter.take(chunk);
        if (!settled || !current()) return;
        for (const text of lines) for (const { line } of [...this.#listeners]) line(text);
      },
      ended: (reason) => current() && this.#lost(reason),
    });
    const opening: Promise<SerialPort> = port.then(async (open) => {
      await setTimeout(settlingMs);
      // What has begun may be the end of a line: half a number is a number, too.
      splitter.skip();
      settled = true;
      return open;
    });
    opening.catch((reason: VedetteError) => current() && this.#lost(reason));
    return opening;
  }

  #lost(reason: VedetteError): void {
    const told = [...this.#listeners];
    void this.close();
    for (const { ended } of told) ended(reason);
  }
}
