import { fileURLToPath } from 'node:url';
import type { Argv } from 'yargs';
import { systemClock } from '../clock.ts';
import { settledWithin } from '../deadline.ts';
import { createLogger, type LogOptions } from '../log.ts';
import type { Profile } from '../profile/profile.ts';
import { serviceManager } from '../service-manager.ts';
import { describeStart, startReport } from './announce.ts';
import { print } from './output.ts';

/** Flags of the commands that run a device. */
export interface ServeFlags {
  readonly json: boolean;
  readonly link?: boolean | undefined;
}

/** SIGTERM to the end of the process; service managers and people wait no longer without wondering. */
const stopDeadlineMs = 1_800;
/** What is written while the process ends has this long. */
const leftoverMs = 100;

/** Adds {@link ServeFlags} to a command. */
export function withServeFlags<T>(yargs: Argv<T>) {
  return yargs
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'Once it listens, print one JSON line; log as JSON',
    })
    .option('link', {
      type: 'boolean',
      describe: 'Print the link with its secret (by default only in a terminal)',
    });
}

/**
 * Runs a device until it is told to stop: SIGTERM, SIGINT and the SIGHUP of a terminal that closes end its sessions
 * with a goodbye; a second SIGINT ends it at once.
 *
 * @throws VedetteError what the device throws at its start
 */
export async function serve(profile: Profile, stateDir: string, { json, link }: ServeFlags): Promise<void> {
  const { createAgent } = await import('../agent.ts');
  const log = await createLogger(logOptions(profile, json));
  const agent = createAgent(profile, {
    stateDir,
    pageFolder: pageFolder(),
    credentialsFolder: process.env.CREDENTIALS_DIRECTORY,
    manager: serviceManager(process.env),
    clock: systemClock,
    log,
  });
  const stopRequested = nextStopSignal();
  try {
    const starting = agent.start();
    const started = await Promise.race([starting, stopRequested.signal.then(() => undefined)]);
    if (!started) {
      // A start that is given up may fail for that very reason, and nobody asks any more.
      starting.catch(() => undefined);
      return;
    }
    // Output that is not read by a person ends in logs, and a secret is never in logs unless somebody insists.
    const withSecret = link ?? (json || process.stdout.isTTY);
    const report = startReport(profile, started, withSecret);
    if (json) print(JSON.stringify(report));
    else for (const line of describeStart(report, { colors: process.stdout.isTTY })) print(line);
    const signal = await stopRequested.signal;
    log.info({ signal }, 'stopping');
  } finally {
    await settledWithin(agent.stop('the device was switched off'), stopDeadlineMs);
    stopRequested.release();
    // By now nothing should be left to wait for; should something be, the process ends all the same.
    setTimeout(() => process.exit(), leftoverMs).unref();
  }
}

function logOptions({ log }: Profile, json: boolean): LogOptions {
  const human = log.format === 'human' || (log.format === 'auto' && process.stderr.isTTY && !json);
  return { level: log.level, format: human ? 'human' : 'json' };
}

/** Where the build puts the page: seen from src/cli, or from dist/cli in the package. */
function pageFolder(): string {
  const relative = import.meta.url.endsWith('.ts') ? '../../dist/viewer' : '../viewer';
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** What asks a device to stop. */
const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** The next of {@link stopSignals}. A SIGINT after it ends the process at once, as somebody in a hurry wants. */
function nextStopSignal() {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping && signal === 'SIGINT') process.exit(signalExitCode);
    stopping = true;
    resolve(signal);
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  return {
    signal: promise,
    release: () => {
      for (const signal of stopSignals) process.off(signal, onSignal);
    },
  };
}

/** 128 + SIGINT, as shells have it. */
const signalExitCode = 130;
