import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { VedetteError } from '../errors.ts';
import { startChild } from '../media/child-group.ts';
import { describeExit } from '../media/ffmpeg.ts';
import { durationBetween } from '../protocol/duration.ts';
import { secretText } from '../protocol/secret.ts';
import type { ActionKind, ActionParts, Occasion } from './kind.ts';

export const RunOptions = z.strictObject({
  program: z.string().min(1).describe('Its path, or its name in PATH; no shell reads it'),
  args: z.array(z.string()).default([]).describe('Its arguments, as they are'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, 'letters, digits and _'), secretText)
    .default({})
    .describe('Variables of its environment, beside PATH, HOME, USER, LANG, TZ and VEDETTE_…'),
  timeout: durationBetween('100ms', '1h').prefault('30s').describe('It is ended after this time'),
});
type RunOptions = z.output<typeof RunOptions>;

/** What a program gets of our own environment; the rest may hold secrets of the profile. */
const inherited = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ'];

/**
 * Runs a program that the profile names. What happened is in its environment (`VEDETTE_EVENT_…`) and, as JSON, on its
 * standard input. What it prints is dropped, but for its last words where it fails.
 */
export const runAction: ActionKind<typeof RunOptions> = {
  kind: 'run',
  options: RunOptions,
  async check({ program }) {
    await findProgram(program);
    return [];
  },
  open: (options, parts) => ({ run: (occasion, signal) => run(options, parts, occasion, signal) }),
};

async function run(
  { program, args, env, timeout }: RunOptions,
  parts: ActionParts,
  occasion: Occasion,
  signal: AbortSignal,
): Promise<void> {
  const path = await findProgram(program);
  signal.throwIfAborted();
  const child = startChild({
    program: path,
    args,
    fed: true,
    env: {
      ...Object.fromEntries(
        inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
      ),
      ...variablesOf(occasion, parts),
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.reveal()])),
    },
  });
  child.stdout.resume();
  child.stdin?.end(JSON.stringify({ device: parts.device, on: occasion.on, event: occasion.event }));
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    void child.stop();
  }, timeout);
  const stop = () => void child.stop();
  signal.addEventListener('abort', stop);
  const exit = await child.gone;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (slow) throw new VedetteError('action/program-slow', { program, seconds: timeout / 1000 });
  if (exit.failed) throw missing(program, exit.failed);
  if (exit.code !== 0) {
    throw new VedetteError('action/program-failed', {
      program,
      detail: describeExit(exit, child.lastLines()),
    });
  }
}

/** `VEDETTE_EVENT_SENSOR=machine.temperature`; what the event does not say is not there. */
function variablesOf({ event, on }: Occasion, { device, link }: ActionParts): Record<string, string> {
  const { id, type, time, severity, title, rule, sensor, value, unit, feed } = event;
  const facts = { id, type, time, severity, title, rule, sensor, value, unit, feed, on, link: link(feed) };
  return {
    VEDETTE_DEVICE: device.name,
    ...Object.fromEntries(
      Object.entries(facts).flatMap(([name, fact]) =>
        fact === undefined ? [] : [[`VEDETTE_EVENT_${name.toUpperCase()}`, String(fact)]],
      ),
    ),
  };
}

/** @throws VedetteError `action/program-missing` */
async function findProgram(program: string): Promise<string> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates =
    isAbsolute(program) || program.includes('/') ? [program] : folders.map((folder) => join(folder, program));
  let reason: unknown = new Error('it is not in PATH');
  for (const path of candidates) {
    try {
      await access(path, constants.X_OK);
      return path;
    } catch (error) {
      if (candidates.length === 1) reason = error;
    }
  }
  throw missing(program, reason);
}

function missing(program: string, reason: unknown): VedetteError {
  const detail = reason instanceof Error ? reason.message : String(reason);
  return new VedetteError('action/program-missing', { program, detail });
}
