import { execFile } from 'node:child_process';

/** Who started this process and waits for word from it (sd_notify(3)). */
export interface ServiceManager {
  /** It ends the process where it hears nothing for so long, ms; undefined where it does not. */
  readonly watchdogMs: number | undefined;
  /** Tells it, as in `READY=1` and `WATCHDOG=1`. @throws Error where it could not be told */
  notify(...words: readonly string[]): Promise<void>;
}

const program = 'systemd-notify';
/** It waits until systemd has read the message, which a busy one may take a while to. */
const notifyTimeoutMs = 10_000;

/**
 * The service manager of this process; undefined where none waits for it. What it set in the environment is taken out:
 * no child may speak for us.
 */
export function serviceManager(env: NodeJS.ProcessEnv, pid = process.pid): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: watched } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (!socket) return undefined;
  const ours = watched === undefined || watched === '' || Number(watched) === pid;
  const watchdogMs = Number(usec) / 1000;
  return {
    watchdogMs: ours && watchdogMs > 0 ? watchdogMs : undefined,
    notify: (...words) =>
      new Promise((resolve, reject) => {
        const options = { env: { PATH: env.PATH, NOTIFY_SOCKET: socket }, timeout: notifyTimeoutMs };
        execFile(program, words, options, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}
