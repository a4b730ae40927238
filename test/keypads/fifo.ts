import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../media/ready.ts';
import { pressesOf } from './input-events.ts';

/**
 * A keypad as `/dev/input/eventN` is one: whoever reads the file gets struct input_event. It is a FIFO: a real one takes
 * /dev/uinput, which needs root and an ioctl that Node has not; the bytes are the kernel's all the same.
 */
export class FifoKeypad {
  readonly path: string;
  readonly #folder: string;
  #file: number | undefined;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'vedette-keypad-'));
    this.path = join(this.#folder, 'event0');
    execFileSync('mkfifo', [this.path]);
  }

  /** Resolves when somebody reads it. */
  async plugged(): Promise<void> {
    await until('a reader', () => this.#open());
  }

  /** @param keys digits, # and * */
  press(keys: string): void {
    if (this.#file === undefined) throw new Error('nobody reads it');
    writeSync(this.#file, pressesOf(keys));
  }

  /** Whoever reads it reads its end, as when it is pulled out. */
  unplug(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  stop(): void {
    this.unplug();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): boolean {
    try {
      this.#file ??= openSync(this.path, constants.O_WRONLY | constants.O_NONBLOCK);
      return true;
    } catch {
      return false; // ENXIO: nobody reads it yet
    }
  }
}
