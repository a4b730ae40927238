import type { MonotonicMs } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { Level, SettledLevel } from './debounce.ts';

/** Which tools of libgpiod are there: 1.6 (Debian 12) and 2 take other arguments. */
export type GpioTools = 1 | 2;

/** What holds a line where nothing drives it. */
export type Bias = 'as-is' | 'pull-up' | 'pull-down' | 'disabled';

/** A line as a person names it. */
export interface LineName {
  /** Its name, or its number on the chip. */
  readonly line: string | number;
  /** `gpiochip0`, or the chip's label; needed where the line alone could mean several. */
  readonly chip?: string | undefined;
}

/** A line as the kernel knows it. */
export interface GpioLine {
  readonly chip: string;
  readonly offset: number;
  readonly name?: string;
}

/** The version that `gpiomon --version` tells; undefined where it tells none that is known here. */
export function toolsOf(text: string): GpioTools | undefined {
  const major = /\bv(\d+)\.\d+/.exec(text)?.[1];
  return major === '1' || major === '2' ? (Number(major) as GpioTools) : undefined;
}

/** The lines that `gpioinfo` lists. */
export function linesOf(text: string): readonly GpioLine[] {
  const lines: GpioLine[] = [];
  let chip = '';
  for (const row of text.split('\n')) {
    chip = /^(\S+) - \d+ lines:/.exec(row)?.[1] ?? chip;
    const [, offset, name] = /^\s+line\s+(\d+):\s+(?:"([^"]*)"|unnamed)/.exec(row) ?? [];
    if (offset !== undefined)
      lines.push({ chip, offset: Number(offset), ...(name !== undefined && { name }) });
  }
  return lines;
}

/** Chips by their labels, as `gpiodetect` lists them: `gpiochip0 [pinctrl-bcm2711] (58 lines)`. */
export function chipsOf(text: string): ReadonlyMap<string, string> {
  const rows = [...text.matchAll(/^(\S+) \[(.*)\] \(\d+ lines\)$/gm)];
  return new Map(rows.map(([, chip = '', label = '']) => [label, chip]));
}

/**
 * The one line that a name means.
 *
 * @throws VedetteError `gpio/not-found`, `gpio/ambiguous`
 */
export function findLine(
  { line, chip }: LineName,
  lines: readonly GpioLine[],
  labels: ReadonlyMap<string, string>,
): GpioLine {
  const on = chip === undefined ? undefined : (labels.get(chip) ?? chip.replace(/^\/dev\//, ''));
  const meant = lines.filter(
    (known) =>
      (on === undefined || known.chip === on) &&
      (typeof line === 'number' ? known.offset === line : known.name === line),
  );
  const [first, ...others] = meant;
  if (!first)
    throw new VedetteError('gpio/not-found', { line: chip === undefined ? line : `${line} on ${chip}` });
  if (others.length > 0) {
    throw new VedetteError('gpio/ambiguous', { line, known: meant.map((known) => known.chip).join(', ') });
  }
  return first;
}

/** Arguments of `gpioget`: prints 0 or 1. */
export function getArgs(tools: GpioTools, { chip, offset }: GpioLine, wiring: Wiring): readonly string[] {
  return tools === 1
    ? [...wiringArgs(tools, wiring), chip, String(offset)]
    : ['--numeric', ...wiringArgs(tools, wiring), '--chip', chip, String(offset)];
}

/** Arguments of `gpiomon`: prints a line for each edge, at once, that {@link edgeOf} reads. */
export function watchArgs(tools: GpioTools, { chip, offset }: GpioLine, wiring: Wiring): readonly string[] {
  return tools === 1
    ? ['--line-buffered', '--format=%e %s %n', ...wiringArgs(tools, wiring), chip, String(offset)]
    : ['--format', '%e %S', ...wiringArgs(tools, wiring), '--chip', chip, String(offset)];
}

/** Arguments of `gpioset`: drives the line until it ends, which version 1 does with its stdin. */
export function holdArgs(
  tools: GpioTools,
  { chip, offset }: GpioLine,
  activeLow: boolean,
  level: Level,
): readonly string[] {
  const wiring = wiringArgs(tools, { activeLow, bias: 'as-is' });
  return tools === 1
    ? ['--mode=wait', ...wiring, chip, `${offset}=${level}`]
    : [...wiring, '--chip', chip, `${offset}=${level}`];
}

/** Arguments of `gpioset`: drives the line active for so long, and ends by itself then. */
export function pulseArgs(
  tools: GpioTools,
  { chip, offset }: GpioLine,
  activeLow: boolean,
  ms: number,
): readonly string[] {
  const wiring = wiringArgs(tools, { activeLow, bias: 'as-is' });
  const seconds = Math.floor(ms / 1000);
  return tools === 1
    ? [
        ...['--mode=time', `--sec=${seconds}`, `--usec=${Math.round((ms - seconds * 1000) * 1000)}`],
        ...[...wiring, chip, `${offset}=1`],
      ]
    : // Inactive after that time, then after none it ends.
      ['--toggle', `${Math.round(ms)}ms,0`, ...wiring, '--chip', chip, `${offset}=1`];
}

/** Arguments of `gpioset`: makes the line inactive, and ends. */
export function restArgs(
  tools: GpioTools,
  { chip, offset }: GpioLine,
  activeLow: boolean,
): readonly string[] {
  const wiring = wiringArgs(tools, { activeLow, bias: 'as-is' });
  return tools === 1
    ? ['--mode=exit', ...wiring, chip, `${offset}=0`]
    : ['--toggle', '0', ...wiring, '--chip', chip, `${offset}=0`];
}

/** How a line is wired. */
export interface Wiring {
  /** Low is on. */
  readonly activeLow: boolean;
  readonly bias: Bias;
}

/** What a line of `gpiomon` says: an edge with the kernel's time of it. Undefined for all else. */
export function edgeOf(text: string): SettledLevel | undefined {
  const [, edge, seconds, nanoseconds] = /^(\d) (\d+)[ .](\d+)$/.exec(text) ?? [];
  if (edge === undefined) return undefined;
  const at = (Number(seconds) * 1e3 + Number(nanoseconds) / 1e6) as MonotonicMs;
  // A falling edge is 0 to version 1, and 2 to version 2.
  return { level: edge === '1' ? 1 : 0, at };
}

/** What a tool's last words mean. */
export function reasonOf(line: string | number, words = 'it ended without a word'): VedetteError {
  if (/permission denied/i.test(words)) return new VedetteError('gpio/denied');
  if (/resource busy/i.test(words)) return new VedetteError('gpio/busy', { line });
  if (/no such (file|device)|cannot find|unable to find/i.test(words)) {
    return new VedetteError('gpio/not-found', { line });
  }
  return new VedetteError('gpio/failed', { line, detail: words.replace(/^gpio\w+: /, '') });
}

function wiringArgs(tools: GpioTools, { activeLow, bias }: Wiring): readonly string[] {
  const named = tools === 1 && bias === 'disabled' ? 'disable' : bias;
  return [...(activeLow ? ['--active-low'] : []), ...(bias === 'as-is' ? [] : [`--bias=${named}`])];
}
