import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { PortBridge } from './port-bridge.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** Why the tests of a virtual device are skipped, or `undefined` where they can run. */
export const noRig = process.env.VEDETTE_RIG ? undefined : 'VEDETTE_RIG names no virtual device';

/** Booting takes seconds; on a busy machine, and where a kernel must be unpacked first, more. */
const bootTimeoutMs = 120_000;
const commandTimeoutMs = 60_000;

/** This machine cannot boot the virtual device: not allowed to, or something it needs is not there. */
class CannotBoot extends Error {}

/**
 * Boots a virtual device for the tests of a suite, and takes it down after them. Whether this machine can is for the
 * device's own program to say; where it cannot, the tests are skipped with what it said.
 */
export function useRig(): () => Rig {
  let rig: Rig | undefined;
  let cannot: string | undefined;
  beforeAll(
    async () => {
      try {
        rig = await Rig.up();
      } catch (error) {
        if (!(error instanceof CannotBoot)) throw error;
        cannot = error.message;
        console.log(`skipped: ${cannot}`);
      }
    },
    bootTimeoutMs + 3 * commandTimeoutMs,
  );
  beforeEach(({ skip }) => skip(cannot !== undefined, cannot));
  afterAll(() => rig?.down(), 3 * commandTimeoutMs);
  return () => {
    if (!rig) throw new Error('the virtual device is not up');
    return rig;
  };
}

/** A program running in the guest. */
export interface GuestProgram {
  /** The first line that passes, of those not yet asked for; rejects when the program ends without it. */
  line<T>(wanted: (line: string) => T | undefined): Promise<T>;
  /** Ends it; resolves when it is gone. */
  end(): Promise<void>;
}

/** A booted virtual device: a guest kernel with real drivers over this machine's files. */
export class Rig {
  readonly #program: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #programs = new Set<GuestProgram>();
  readonly #bridges = new Set<PortBridge>();

  constructor(program: string, env: NodeJS.ProcessEnv, folder: string) {
    this.#program = program;
    this.#env = env;
    this.#folder = folder;
  }

  /** Boots the device that `$VEDETTE_RIG` gives; rejects with `CannotBoot` where it does not come up. */
  static async up(): Promise<Rig> {
    const program = process.env.VEDETTE_RIG;
    if (!program) throw new Error('VEDETTE_RIG is not set');
    const folder = await mkdtemp(path.join(tmpdir(), 'vedette-rig-'));
    const env = {
      RIG_STATE: path.join(folder, 'state'),
      RIG_RO: checkout,
      RIG_MEM: '1G',
      ...process.env,
      // Always a network of its own: devices that share one take each other's cables.
      RIG_NET: path.basename(folder),
    };
    const rig = new Rig(program, env, folder);
    try {
      await rig.#do(bootTimeoutMs, 'up').catch((error) => {
        throw new CannotBoot(`the virtual device does not boot here: ${lastWordsOf(error)}`);
      });
      // User Mode Linux fails on io_uring's memory when Node starts a program: bad page map, then no answer.
      await rig.exec('sysctl', '-q', '-w', 'kernel.io_uring_disabled=2');
    } catch (error) {
      await rig.down();
      throw error;
    }
    return rig;
  }

  /** Runs a command in the guest and gives what it printed. */
  exec(...command: string[]): Promise<string> {
    return this.#do(commandTimeoutMs, 'exec', ...command);
  }

  /** Changes the device's hardware: `camera-off`, `camera-on`, `mic sine=frequency=440`. */
  async hw(...change: string[]): Promise<void> {
    await this.#do(commandTimeoutMs, 'hw', ...change);
  }

  /** Something that goes on: `mic`. */
  startHw(...change: string[]): GuestProgram {
    return this.#start(['hw', ...change], 'SIGTERM');
  }

  /** Starts a program in the guest that goes on until its stdin ends; `down` ends what is left of them. */
  start(...command: string[]): GuestProgram {
    return this.#start(['exec', ...command]);
  }

  /** The same for a program that goes on until it is told SIGTERM. */
  startDaemon(...command: string[]): GuestProgram {
    return this.#start(['exec', ...command], 'SIGTERM');
  }

  /** A program that runs another one on our side of the device's network. */
  async hostLauncher(program: string): Promise<string> {
    const launcher = path.join(this.#folder, path.basename(program));
    // What starts it hands on an environment of its own, which does not say which network.
    const net = `RIG_NET='${this.#env.RIG_NET}'`;
    const script = `#!/bin/sh\n${net} exec '${this.#program}' host '${program}' "$@"\n`;
    await writeFile(launcher, script, { mode: 0o755 });
    return launcher;
  }

  /** A loopback port here that is the same one on our side of the device's network. */
  async hostPort(): Promise<number> {
    const bridge = new PortBridge(await this.hostLauncher(process.execPath));
    this.#bridges.add(bridge);
    return bridge.start();
  }

  #start(args: readonly string[], endBy?: NodeJS.Signals): GuestProgram {
    const child = spawn(this.#program, args, { cwd: checkout, env: this.#env, stdio: 'pipe' });
    const lines: string[] = [];
    const waiting = new Set<() => void>();
    let ended = false;
    let lastWords = '';
    const wake = (): void => {
      for (const look of [...waiting]) look();
    };
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      wake();
    });
    child.stderr.on('data', (chunk) => {
      lastWords = (lastWords + chunk).slice(-2000);
    });
    child.stdin.on('error', () => undefined);
    const gone = new Promise<void>((resolve) => {
      child.on('close', () => {
        ended = true;
        wake();
        resolve();
      });
    });
    const program: GuestProgram = {
      line: (wanted) =>
        new Promise((resolve, reject) => {
          const settle = (give: () => void): void => {
            waiting.delete(look);
            give();
          };
          const look = (): void => {
            try {
              for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
                const found = wanted(line);
                if (found === undefined) continue;
                settle(() => resolve(found));
                return;
              }
            } catch (error) {
              settle(() => reject(error));
              return;
            }
            const reason = `${args.join(' ')} ended without the awaited line: ${lastWords}`;
            if (ended) settle(() => reject(new Error(reason)));
          };
          waiting.add(look);
          look();
        }),
      end: async () => {
        child.stdin.end();
        if (endBy) child.kill(endBy);
        await gone;
        this.#programs.delete(program);
      },
    };
    this.#programs.add(program);
    return program;
  }

  async down(): Promise<void> {
    await Promise.all([...this.#programs].map((program) => program.end()));
    await Promise.all([...this.#bridges].map((bridge) => bridge.stop()));
    await this.#do(commandTimeoutMs, 'down').catch(() => undefined);
    // `down` keeps the network for the next device, and there is none.
    await this.#do(commandTimeoutMs, 'clean').catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #do(timeoutMs: number, ...args: string[]): Promise<string> {
    const options = {
      cwd: checkout,
      env: this.#env,
      timeout: timeoutMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 4_000_000,
    };
    return (await run(this.#program, args, options)).stdout;
  }
}

/** Why a program failed: the last line it said, else how it could not be run. */
function lastWordsOf(error: Error & { readonly stderr?: string }): string {
  return error.stderr?.trim().split('\n').at(-1) || error.message;
}
