import { z } from 'zod';
import type { SerialLine } from '../buses/serial-line.ts';
import { serialSettings } from '../buses/serial-port.ts';
import { VedetteError } from '../errors.ts';
import { type DurationMs, durationMs } from '../protocol/duration.ts';
import type { SensorKind, SensorSink, SensorSource } from './kind.ts';
import { compileLinePattern, type LinePattern, LinePatternText } from './line-pattern.ts';
import { numberOf, TextMap } from './text-value.ts';

/** A device that is asked says something within this, even at 300 bits a second. */
const answerMs = 2_000;
const askPeriod = durationMs('1s') as DurationMs;

/** The keys of `kind: serial` in a profile. */
export const serialOptions = z.strictObject({
  ...serialSettings,
  pattern: LinePatternText.describe(
    'Finds the value in a line, in its first group or the one named value, as in T=(-?\\d+\\.\\d+)',
  ),
  map: TextMap.optional(),
  type: z.enum(['number', 'boolean']).default('number'),
  ask: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Said to the device once a period, where it speaks only when asked, as in "READ?\\r\\n"'),
});
type Options = z.output<typeof serialOptions>;

/** A device that says its values in lines of text on a serial line. */
export const serialSensor: SensorKind<typeof serialOptions> = {
  kind: 'serial',
  options: serialOptions,
  nature: ({ type, ask }) => ({
    ...{ type, unit: '', decimals: type === 'boolean' ? 0 : 1 },
    ...(ask !== undefined && { period: askPeriod }),
  }),
  check: async (options, { buses }) => {
    await compileLinePattern(options.pattern);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const line = lineOf(options, buses);
    const release = line.listen({ line: () => undefined, ended: reject });
    line.opened().then(resolve, reject);
    await promise.finally(release);
  },
  open: (options, { buses }) => new SerialSensor(options, lineOf(options, buses)),
};

class SerialSensor implements SensorSource {
  /** Only where the device waits to be asked. */
  readonly read?: () => Promise<number>;
  readonly #options: Options;
  readonly #line: SerialLine;
  #sink: SensorSink | undefined;
  #pattern: LinePattern | undefined;
  #release: (() => Promise<void>) | undefined;
  #listening: Promise<void> | undefined;
  #asked: PromiseWithResolvers<number> | undefined;

  constructor(options: Options, line: SerialLine) {
    this.#options = options;
    this.#line = line;
    const { ask } = options;
    if (ask !== undefined) this.read = () => this.#ask(ask);
  }

  start(sink: SensorSink): void {
    this.#sink = sink;
    this.#listening = compileLinePattern(this.#options.pattern).then(
      (pattern) => this.#listen(pattern),
      (reason: VedetteError) => this.#end(reason),
    );
  }

  async stop(): Promise<void> {
    this.#sink = undefined;
    this.#asked?.reject(new VedetteError('serial/lost', { path: this.#options.path }));
    await this.#release?.();
  }

  #listen(pattern: LinePattern): void {
    if (!this.#sink) return;
    this.#pattern = pattern;
    this.#release = this.#line.listen({
      line: (text) => this.#hear(text),
      ended: (reason) => this.#end(reason),
    });
  }

  #hear(text: string): void {
    const found = this.#pattern?.(text);
    if (found === undefined) return;
    const value = numberOf(found, this.#options.map);
    if (!this.read) this.#sink?.value(value);
    else this.#asked?.resolve(value);
  }

  async #ask(words: string): Promise<number> {
    const { path } = this.#options;
    const asked = Promise.withResolvers<number>();
    this.#asked = asked;
    const late = () => asked.reject(new VedetteError('serial/no-answer', { path, seconds: answerMs / 1000 }));
    const timer = setTimeout(late, answerMs);
    void this.#listening?.then(() => this.#line.write(words));
    return asked.promise.finally(() => {
      clearTimeout(timer);
      this.#asked = undefined;
    });
  }

  #end(reason: VedetteError): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#asked?.reject(reason);
    sink?.ended(reason);
  }
}

function lineOf(
  { path, baudRate, dataBits, parity, stopBits }: Options,
  buses: { serial: (settings: SerialLine['settings']) => SerialLine },
): SerialLine {
  return buses.serial({ path, baudRate, dataBits, parity, stopBits });
}
