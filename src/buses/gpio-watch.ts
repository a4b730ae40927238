import type { Clock, MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { ChildGroup } from '../media/child-group.ts';
import { Debounce, type Level, type SettledLevel } from './debounce.ts';
import type { GpioCommands } from './gpio-commands.ts';
import { edgeOf, type LineName, reasonOf, type Wiring, watchArgs } from './gpio-tools.ts';
import { LineSplitter } from './line-splitter.ts';

/** A time of an edge that is older is not of the monotonic clock: kernels before 5.7 used another. */
const oldestMs = 60_000;

/** A line to watch. */
export interface WatchedLine extends LineName, Wiring {
  /** A level counts when it has stayed for so long, ms; 0 for each edge. */
  readonly debounceMs: number;
}

/** Where a line's levels go. Called in order; `ended` last and at most once. */
export interface LineSink {
  /** 1 is active, whatever the wiring. First what it is, then what it becomes, since `at`. */
  level(level: Level, at?: MonotonicMs): void;
  /** It cannot be watched, or not any more. Never called for `close`. */
  ended(reason: VedetteError): void;
}

/** Watches one line by a `gpiomon` of its own, in one run. */
export class GpioWatch {
  readonly #commands: GpioCommands;
  readonly #wanted: WatchedLine;
  readonly #sink: LineSink;
  readonly #clock: Clock;
  #child: ChildGroup | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(commands: GpioCommands, wanted: WatchedLine, sink: LineSink, clock: Clock) {
    this.#commands = commands;
    this.#wanted = wanted;
    this.#sink = sink;
    this.#clock = clock;
  }

  /** Failures arrive at the sink, never as a throw. */
  start(): void {
    this.#run().catch((error: unknown) => {
      clearTimeout(this.#timer);
      if (this.#closed) return;
      this.#closed = true;
      const { line } = this.#wanted;
      this.#sink.ended(
        error instanceof VedetteError
          ? error
          : new VedetteError('gpio/failed', { line, detail: String(error) }),
      );
    });
  }

  /** Gives the line back. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#child?.stop();
  }

  /** Until it is closed or fails: rejects with the reason. */
  async #run(): Promise<void> {
    const wanted = this.#wanted;
    const found = await this.#commands.find(wanted);
    // Nobody may read a line that is watched, so it is read just before.
    const level = await this.#commands.level(found, wanted, wanted);
    if (this.#closed) return;
    this.#sink.level(level);
    const child = this.#commands.hold('gpiomon', watchArgs(found.tools, found.line, wanted));
    this.#child = child;
    const debounce = new Debounce(wanted.debounceMs, level);
    const lines = new LineSplitter();
    child.stdout.on('data', (chunk: Buffer) => {
      for (const text of lines.take(chunk)) this.#edge(edgeOf(text), debounce);
    });
    const { signal } = await child.gone;
    throw reasonOf(wanted.line, child.lastLines().at(-1) ?? `ended by ${signal ?? 'itself'}`);
  }

  #edge(edge: SettledLevel | undefined, debounce: Debounce): void {
    if (!edge || this.#closed) return;
    const now = this.#clock.now();
    const known = edge.at <= now && now - edge.at < oldestMs;
    debounce.edge(edge.level, known ? edge.at : now);
    this.#settle(debounce);
  }

  #settle(debounce: Debounce): void {
    clearTimeout(this.#timer);
    const now = this.#clock.now();
    const settled = debounce.settled(now);
    if (settled) this.#sink.level(settled.level, settled.at);
    if (debounce.dueMs === Number.POSITIVE_INFINITY || this.#closed) return;
    this.#timer = setTimeout(() => this.#settle(debounce), Math.max(0, Math.ceil(debounce.dueMs - now)));
  }
}
