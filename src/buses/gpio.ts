import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { GpioCommands } from './gpio-commands.ts';
import { GpioOutput } from './gpio-output.ts';
import { type LinePulse, startPulse } from './gpio-pulse.ts';
import type { LineName } from './gpio-tools.ts';
import { GpioWatch, type LineSink, type WatchedLine } from './gpio-watch.ts';

/** A line that somebody drives. */
export interface DrivenLine {
  /**
   * Drives the line; resolves when it has that level.
   *
   * @throws VedetteError of the codes `gpio/…`
   */
  set(active: boolean): Promise<void>;
  /** Inactive, and given back. Idempotent. */
  close(): Promise<void>;
}

/**
 * The GPIO lines of this device, by libgpiod's tools: a child process for each line in use, which holds it. A line has
 * one user at a time.
 */
export class Gpio {
  readonly #commands = new GpioCommands();
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #open = new Set<{ close(): Promise<void> }>();

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * For `vedette check`: whether the tools and the line are there.
   *
   * @throws VedetteError `gpio/tools-missing`, `gpio/not-found`, `gpio/ambiguous`, `gpio/denied`
   */
  async check(name: LineName): Promise<void> {
    await this.#commands.find(name);
  }

  /** Tells a line's level, and each edge with the kernel's time of it, until it is closed. */
  watchLine(line: WatchedLine, sink: LineSink): { close(): Promise<void> } {
    const watch = new GpioWatch(this.#commands, line, sink, this.#clock);
    watch.start();
    return this.#keep(watch);
  }

  /**
   * A line to drive, inactive at first.
   *
   * @throws VedetteError of the codes `gpio/…`
   */
  async openOutput(
    line: string | number,
    { chip, activeLow }: { readonly chip?: string; readonly activeLow: boolean },
  ): Promise<DrivenLine> {
    const output = new GpioOutput(this.#commands, { line, chip }, activeLow, this.#log);
    const { close } = this.#keep(output);
    try {
      await output.set(false);
    } catch (error) {
      await close();
      throw error;
    }
    return { set: (active) => output.set(active), close };
  }

  /**
   * Makes a line inactive and gives it back: whatever was before, it is at rest now.
   *
   * @throws VedetteError of the codes `gpio/…`
   */
  async rest({ activeLow, ...name }: LineName & { readonly activeLow: boolean }): Promise<void> {
    await this.#commands.rest(await this.#commands.find(name), activeLow, name);
  }

  /**
   * Resolves when the line is active. It is so for at most `ms`, whatever becomes of this process.
   *
   * @throws VedetteError of the codes `gpio/…`; then it was not active
   */
  async pulse(
    { activeLow, ...name }: LineName & { readonly activeLow: boolean },
    ms: number,
  ): Promise<LinePulse> {
    const pulse = await startPulse(this.#commands, { name, activeLow, ms }, this.#log);
    const { close } = this.#keep({ close: () => pulse.end() });
    void pulse.over.then(close);
    return { over: pulse.over, end: close };
  }

  /** Gives all lines back. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([...this.#open].map((line) => line.close()));
  }

  #keep(line: { close(): Promise<void> }): { close(): Promise<void> } {
    const kept = {
      close: async () => {
        this.#open.delete(kept);
        await line.close();
      },
    };
    this.#open.add(kept);
    return kept;
  }
}
