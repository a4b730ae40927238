import { z } from 'zod';
import { durationBetween } from '../protocol/duration.ts';
import { failureOf } from './failure.ts';
import type { Action, ActionKind, ActionParts, Occasion } from './kind.ts';
import { SwitchedLine, waited } from './switched-line.ts';

/** A relay that switches faster wears out, and a process sets the line. */
const Step = durationBetween('50ms', '10m');

export const OutputOptions = z
  .strictObject({
    line: z
      .union([z.string().min(1), z.int().min(0)])
      .describe('The name of the GPIO line, or its offset on `chip`'),
    chip: z.string().min(1).optional().describe('gpiochip0 and so on; needed with an offset'),
    activeLow: z.boolean().default(false).describe('On means 0 volts, as many relay boards have it'),
    pulse: durationBetween('50ms', '60s').optional().describe('On for so long, once for each occasion'),
    pattern: z
      .array(Step)
      .min(2)
      .max(16)
      .refine((steps) => steps.length % 2 === 0, 'times on and off in turns, so an even number of them')
      .optional()
      .describe('On and off in turns for so long each, again and again; steadily on by default'),
    for: durationBetween('50ms', '7d')
      .prefault('3m')
      .describe('Off after this time, even where the alarm goes on; with the alarm at the latest'),
    silenced: z
      .boolean()
      .default(false)
      .describe('Off when somebody silences the alarm: for what makes noise'),
  })
  .refine(({ pulse, pattern }) => pulse === undefined || pattern === undefined, {
    path: ['pulse'],
    error: 'either `pulse` or `pattern`',
  });
type OutputOptions = z.output<typeof OutputOptions>;

/** Drives a GPIO line: a siren, a beacon, a bell. Off from the start on, and never left on. */
export const outputAction: ActionKind<typeof OutputOptions> = {
  kind: 'output',
  options: OutputOptions,
  open: (options, parts) => new OutputAction(options, parts),
};

class OutputAction implements Action {
  readonly #options: OutputOptions;
  readonly #parts: ActionParts;
  /** The events that want it on. */
  readonly #wanted = new Set<string>();
  readonly #stopping = new AbortController();
  #line: Promise<SwitchedLine> | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: OutputOptions, parts: ActionParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Takes the line and makes it inactive: whatever was before, it is off now. */
  async start(): Promise<void> {
    await this.#opened();
  }

  async run({ event }: Occasion): Promise<void> {
    const { pulse, pattern, for: ms } = this.#options;
    if (pulse !== undefined) {
      const line = await this.#opened();
      await line.on();
      await waited(pulse, this.#stopping.signal);
      await line.off();
      return;
    }
    const first = this.#wanted.size === 0;
    this.#wanted.add(event.id);
    try {
      const line = await this.#opened();
      // It may be over before the line was there.
      if (!this.#wanted.has(event.id)) return;
      // Begun anew with each occasion.
      clearTimeout(this.#deadline);
      this.#deadline = setTimeout(() => this.#over(line), ms);
      // What is on already goes on without a jump in its pattern.
      if (first) await line.on(pattern);
    } catch (error) {
      this.#wanted.clear();
      clearTimeout(this.#deadline);
      throw error;
    }
  }

  async release({ id }: Occasion['event']): Promise<void> {
    if (!this.#wanted.delete(id) || this.#wanted.size > 0) return;
    clearTimeout(this.#deadline);
    const line = await this.#line;
    await line?.off();
  }

  async silence(event: Occasion['event']): Promise<void> {
    if (this.#options.silenced) await this.release(event);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#deadline);
    this.#wanted.clear();
    const line = await this.#line?.catch(() => undefined);
    await line?.close();
  }

  #over(line: SwitchedLine): void {
    this.#wanted.clear();
    line.off().catch((error: unknown) => this.#fail(error));
  }

  /** A line that could not be had is asked for again at the next occasion. */
  #opened(): Promise<SwitchedLine> {
    const { line, chip, activeLow } = this.#options;
    this.#line ??= this.#parts.buses.gpio
      .openOutput(line, { activeLow, ...(chip === undefined ? {} : { chip }) })
      .then((opened) => new SwitchedLine(opened, (error) => this.#fail(error)));
    const opening = this.#line;
    opening.catch(() => {
      if (this.#line === opening) this.#line = undefined;
    });
    return opening;
  }

  #fail(error: unknown): void {
    const { failed, name } = this.#parts;
    // It is switched off by the line itself.
    this.#wanted.clear();
    failed(failureOf(name, error));
  }
}
