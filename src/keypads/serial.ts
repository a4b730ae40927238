import { z } from 'zod';
import { serialSettings } from '../buses/serial-port.ts';
import type { VedetteError } from '../errors.ts';
import { compileLinePattern, LinePatternText } from '../sensors/line-pattern.ts';
import { tellText } from './keys.ts';
import type { KeypadBuses, KeypadKind, KeypadSink, KeypadSource } from './kind.ts';

const SerialKeypadOptions = z.strictObject({
  ...serialSettings,
  pattern: LinePatternText.default('^\\s*(\\d+|[#*])\\s*$').describe(
    'Finds a key (a digit, # or *) or a whole code in a line, in its first group or the one named value',
  ),
});
type SerialKeypadOptions = z.output<typeof SerialKeypadOptions>;

/** A keypad that says lines on a serial line, a key or a code each: a reader with keys, a board between. */
export const serialKeypad: KeypadKind<typeof SerialKeypadOptions> = {
  kind: 'serial',
  options: SerialKeypadOptions,
  async check(options, buses) {
    await compileLinePattern(options.pattern);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const line = lineOf(options, buses);
    const release = line.listen({ line: () => undefined, ended: reject });
    line.opened().then(resolve, reject);
    await promise.finally(release);
    return [{ text: `listens at ${options.path}; whoever gets at its wires reads along` }];
  },
  open: (options, buses) => new SerialKeypad(options, buses),
};

class SerialKeypad implements KeypadSource {
  readonly #options: SerialKeypadOptions;
  readonly #buses: KeypadBuses;
  #stopped = false;
  #release: (() => Promise<void>) | undefined;

  constructor(options: SerialKeypadOptions, buses: KeypadBuses) {
    this.#options = options;
    this.#buses = buses;
  }

  start(sink: KeypadSink): void {
    const ended = (reason: VedetteError) => {
      if (this.#stopped) return;
      this.#stopped = true;
      sink.ended(reason);
    };
    this.#listen(sink, ended).catch(ended);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#release?.();
  }

  /** @throws VedetteError `serial/…` */
  async #listen(sink: KeypadSink, ended: (reason: VedetteError) => void): Promise<void> {
    const pattern = await compileLinePattern(this.#options.pattern);
    if (this.#stopped) return;
    this.#release = lineOf(this.#options, this.#buses).listen({
      line: (text) => {
        const found = pattern(text);
        if (found !== undefined && !this.#stopped) tellText(found, sink);
      },
      ended,
    });
  }
}

function lineOf(
  { path, baudRate, dataBits, parity, stopBits }: SerialKeypadOptions,
  buses: KeypadBuses,
): ReturnType<KeypadBuses['serial']> {
  return buses.serial({ path, baudRate, dataBits, parity, stopBits });
}
