import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { VedetteError } from '../errors.ts';
import { type ChildGroup, startChild } from '../media/child-group.ts';
import type { Level } from './debounce.ts';
import {
  chipsOf,
  findLine,
  type GpioLine,
  type GpioTools,
  getArgs,
  type LineName,
  linesOf,
  reasonOf,
  restArgs,
  toolsOf,
  type Wiring,
} from './gpio-tools.ts';
import { findTool, runTool } from './run-tool.ts';

/** A tool that does not hold its line after this will not. */
const holdingMs = 10_000;
/** How often the kernel is asked meanwhile: a program takes some milliseconds to start. */
const askMs = 5;

/** A line that was found, and the tools that know it. */
export interface FoundLine {
  readonly line: GpioLine;
  readonly tools: GpioTools;
}

/** Runs libgpiod's tools: questions to their end, and what holds a line in a process group of its own. */
export class GpioCommands {
  #tools: Promise<GpioTools> | undefined;

  /**
   * The line that a name means.
   *
   * @throws VedetteError `gpio/tools-missing`, `gpio/not-found`, `gpio/ambiguous`, `gpio/denied`
   */
  async find(name: LineName): Promise<FoundLine> {
    const tools = await this.#version();
    const lines = linesOf(await this.#ask('gpioinfo', [], name.line));
    const labels =
      name.chip === undefined ? new Map() : chipsOf(await this.#ask('gpiodetect', [], name.line));
    return { line: findLine(name, lines, labels), tools };
  }

  /** The level of a line that nobody watches or drives: 1 is active, whatever the wiring. */
  async level({ line, tools }: FoundLine, wiring: Wiring, name: LineName): Promise<Level> {
    const said = await this.#ask('gpioget', getArgs(tools, line, wiring), name.line);
    return said.trim() === '1' ? 1 : 0;
  }

  /**
   * Starts a tool that holds a line until it is stopped: through `setpriv`, where there is one, so that the kernel ends it
   * when this process dies without a word, and the next one finds the line free.
   */
  hold(program: 'gpiomon' | 'gpioset', args: readonly string[]): ChildGroup {
    const tool = this.path(program);
    const reaper = findTool('setpriv');
    const command = reaper
      ? { program: reaper, args: ['--pdeathsig', 'TERM', tool, ...args] }
      : { program: tool, args };
    return startChild({ ...command, fed: true, env: { ...process.env, LC_ALL: 'C' } });
  }

  /**
   * Resolves when a `gpioset` holds its line, and with it the line has its level; false where it ended first, or took too
   * long. Version 1 says nothing when it does, so the kernel is asked: the line is one of its open files.
   */
  async holding(pid: number | undefined): Promise<boolean> {
    const late = AbortSignal.timeout(holdingMs);
    while (!late.aborted) {
      const files = await filesOf(pid);
      if (files.some((file) => file.includes('gpio-line'))) return true;
      // One that runs has files.
      if (files.length === 0) return false;
      await wait(askMs);
    }
    return false;
  }

  #version(): Promise<GpioTools> {
    this.#tools ??= this.#ask('gpiomon', ['--version'], '').then((text) => {
      const tools = toolsOf(text);
      if (tools === undefined) throw new VedetteError('gpio/tools-missing', { program: 'gpiomon 1.6 or 2' });
      return tools;
    });
    // Who installs them need not restart us.
    this.#tools.catch(() => {
      this.#tools = undefined;
    });
    return this.#tools;
  }

  async #ask(program: string, args: readonly string[], line: string | number): Promise<string> {
    const { code, text, complaint } = await runTool(this.path(program), args);
    if (code !== 0) throw reasonOf(line, complaint);
    return text;
  }

  /**
   * Makes a line inactive and gives it back.
   *
   * @throws VedetteError of the codes `gpio/…`
   */
  async rest({ line, tools }: FoundLine, activeLow: boolean, name: LineName): Promise<void> {
    await this.#ask('gpioset', restArgs(tools, line, activeLow), name.line);
  }

  /**
   * Where a tool is.
   *
   * @throws VedetteError `gpio/tools-missing`
   */
  path(program: string): string {
    const path = findTool(program);
    if (path === undefined) throw new VedetteError('gpio/tools-missing', { program });
    return path;
  }
}

/** What a process has open. A line that was asked for is `gpio-linehandle` or `gpio-line`, by kernel interface. */
async function filesOf(pid: number | undefined): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch(() => []);
  return Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
}
