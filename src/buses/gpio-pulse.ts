import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../log.ts';
import type { FoundLine, GpioCommands } from './gpio-commands.ts';
import { type LineName, pulseArgs, reasonOf, restArgs } from './gpio-tools.ts';

/** A line that nobody holds any more is tried to be made inactive so often, for so long after its time. */
const mendEveryMs = 100;
const mendWithinMs = 5_000;

/**
 * Holds a line active until its time is over, its standard input closes or it is told to end, whichever comes first;
 * then makes the line inactive and ends. However the process that started it dies, the kernel closes that standard
 * input. Its arguments: seconds, how many words the command has that holds the line, that command, and the one that
 * makes the line inactive. It says the holder's process id.
 *
 * If the guard itself is killed, the holder ends by its own clock; what the line is then is for the wiring to say.
 */
const guard = `
seconds=$1 count=$2
shift 2
hold() {
  drop=$(($# - count)) i=0
  while [ "$i" -lt "$count" ]; do set -- "$@" "$1"; shift; i=$((i + 1)); done
  shift "$drop"
  exec "$@"
}
exec 3<&0
trap : TERM INT HUP
# Who reads what is said here may be dead already.
trap '' PIPE
timeout "$seconds" cat <&3 >/dev/null 2>&1 &
watch=$!
hold "$@" </dev/null 3<&- >/dev/null &
holder=$!
shift "$count"
echo "$holder" 2>/dev/null
wait "$watch"
trap '' TERM INT HUP
kill "$watch" 2>/dev/null
# A shell that is just becoming the holder would lose any other signal.
kill -KILL "$holder" 2>/dev/null
wait "$holder"
# It never held the line: then it is not ours to set more than once.
[ $? = 1 ] && tries=50 || tries=0
until "$@" || [ $((tries += 1)) -ge 50 ]; do sleep 0.1; done
[ "$tries" -lt 50 ]
`;

/** A line that is active for a while. */
export interface LinePulse {
  /** Resolves when the line is inactive again. Never rejects. */
  readonly over: Promise<void>;
  /** Ends it now; resolves with `over`. Idempotent. */
  end(): Promise<void>;
}

export interface PulseOptions {
  readonly name: LineName;
  readonly activeLow: boolean;
  readonly ms: number;
}

/**
 * Starts a guard; resolves when it holds the line active.
 *
 * @throws VedetteError of the codes `gpio/…`; then the line was not active
 */
export async function startPulse(
  commands: GpioCommands,
  { name, activeLow, ms }: PulseOptions,
  log: Logger,
): Promise<LinePulse> {
  const found = await commands.find(name);
  const { line, tools } = found;
  const gpioset = commands.path('gpioset');
  const hold = [gpioset, ...pulseArgs(tools, line, activeLow, ms)];
  const rest = [gpioset, ...restArgs(tools, line, activeLow)];
  const seconds = (ms / 1000).toFixed(3);
  const child = spawn('/bin/sh', ['-c', guard, 'guard', seconds, String(hold.length), ...hold, ...rest], {
    // What ends us must not end it before it has done its last part.
    detached: true,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { promise: gone, resolve } = Promise.withResolvers<boolean>();
  child.once('error', () => resolve(false));
  child.once('exit', (code) => resolve(code === 0));
  // It may have ended before we close it.
  child.stdin.on('error', () => undefined);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-1000);
  });
  const holds = await commands.holding(await firstLine(child.stdout, gone));
  const over = gone.then(async (well) => {
    if (well || !holds) return;
    log.error({ line: name.line }, 'what holds a GPIO line was ended from outside');
    await mend(commands, found, { name, activeLow, ms });
  });
  const end = () => {
    child.stdin.end();
    return over;
  };
  if (holds) return { over, end };
  await end();
  throw reasonOf(name.line, complaint.trim().split('\n').at(-1) || undefined);
}

/** The holder ends by its own clock at the latest; then the line can be made inactive. */
async function mend(
  commands: GpioCommands,
  found: FoundLine,
  { name, activeLow, ms }: PulseOptions,
): Promise<void> {
  const late = AbortSignal.timeout(ms + mendWithinMs);
  for (;;) {
    try {
      await commands.rest(found, activeLow, name);
      return;
    } catch {
      if (late.aborted) return;
      await wait(mendEveryMs);
    }
  }
}

/** The number that it says first; undefined where it ends without. */
async function firstLine(stdout: NodeJS.ReadableStream, gone: Promise<unknown>): Promise<number | undefined> {
  const said = Promise.withResolvers<number | undefined>();
  createInterface({ input: stdout }).once('line', (text) => said.resolve(Number(text)));
  void gone.then(() => said.resolve(undefined));
  return said.promise;
}
