import { VedetteError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ChildGroup } from '../media/child-group.ts';
import type { Level } from './debounce.ts';
import type { GpioCommands } from './gpio-commands.ts';
import { holdArgs, type LineName, reasonOf } from './gpio-tools.ts';
import { Turns } from './turns.ts';

/**
 * A line that we drive. A `gpioset` holds it; for another level another one takes its place, and between the two, some
 * milliseconds, nothing drives the line.
 */
export class GpioOutput {
  readonly #commands: GpioCommands;
  readonly #name: LineName;
  readonly #activeLow: boolean;
  readonly #log: Logger;
  readonly #turns = new Turns();
  #held: { readonly level: Level; readonly child: ChildGroup } | undefined;
  #closed = false;

  constructor(commands: GpioCommands, name: LineName, activeLow: boolean, log: Logger) {
    this.#commands = commands;
    this.#name = name;
    this.#activeLow = activeLow;
    this.#log = log;
  }

  /** Drives the line; resolves when it has that level, and rejects with a VedetteError of the codes `gpio/…`. */
  set(active: boolean): Promise<void> {
    return this.#turns.take(async () => {
      const { line } = this.#name;
      if (this.#closed) throw new VedetteError('gpio/failed', { line, detail: 'it was given back' });
      await this.#hold(active ? 1 : 0);
    });
  }

  /** Inactive, and given back. Idempotent. */
  close(): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#closed) return;
      this.#closed = true;
      // Where that fails, it is as inactive as it can be made.
      if (this.#held?.level === 1) await this.#hold(0).catch(() => undefined);
      await this.#held?.child.stop();
    });
  }

  async #hold(level: Level): Promise<void> {
    if (this.#held?.level === level) return;
    const { line, tools } = await this.#commands.find(this.#name);
    const before = this.#held;
    this.#held = undefined;
    await before?.child.stop();
    const child = this.#commands.hold('gpioset', holdArgs(tools, line, this.#activeLow, level));
    if (!(await this.#commands.holding(child.pid))) {
      await child.stop();
      throw reasonOf(this.#name.line, child.lastLines().at(-1));
    }
    const held = { level, child };
    this.#held = held;
    void child.gone.then(() => {
      if (this.#held !== held) return;
      this.#held = undefined;
      if (!this.#closed) this.#log.warn({ line: this.#name.line }, 'the GPIO line is not driven any more');
    });
  }
}
