import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const list = {
  1: 'gpiochip0 - 2 lines:\n\tline   0:     "button"       unused   input  active-high\n\tline   3:      "relay"       unused   input  active-high',
  2: 'gpiochip0 - 2 lines:\n\tline   0:\t"button"        \tinput\n\tline   3:\t"relay"         \tinput',
};

/**
 * Stands for libgpiod's tools where there is no chip: programs that take the arguments of one version, refuse those of
 * the other, and note how they were called. Put in front of PATH until `remove`.
 */
export class FakeGpioTools {
  readonly version: 1 | 2;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'vedette-gpio-'));
  readonly #path = process.env.PATH;
  readonly #edges: number;

  constructor(version: 1 | 2) {
    this.version = version;
    const told = version === 1 ? '1.6.3' : '2.2.1';
    execFileSync('mkfifo', [path.join(this.#folder, 'edges')]);
    // Read and write, so that neither end waits for the other.
    this.#edges = openSync(path.join(this.#folder, 'edges'), 'r+');
    this.level(0);
    writeFileSync(path.join(this.#folder, 'gpio-line'), '');
    this.#tool('gpioinfo', `cat <<'END'\n${list[version]}\nEND`);
    this.#tool('gpiodetect', 'echo "gpiochip0 [fake] (2 lines)"');
    this.#tool('gpioget', 'cat "$DIR/level"');
    const edges = version === 1 ? '--format=%e %s %n' : '--format %e %S';
    this.#tool(
      'gpiomon',
      `[ "$1" != --version ] || { echo 'gpiomon (libgpiod) v${told}'; exit; }
       case "$*" in *'${edges}'*) ;; *) echo 'gpiomon: wrong arguments' >&2; exit 1 ;; esac
       exec cat "$DIR/edges"`,
    );
    // The kernel calls the file of a line so. Version 1 ends with its stdin, version 2 when it is told; both can by a clock.
    this.#tool(
      'gpioset',
      `[ ! -e "$DIR/busy" ] || { echo 'gpioset: error: Device or resource busy' >&2; exit 1; }
       exec 9<"$DIR/gpio-line"
       ${
         version === 1
           ? `case "$1" in --mode=exit) exit ;; --mode=time) exec sleep "\${2#--sec=}.$(printf %06d "\${3#--usec=}")" ;; esac
              exec cat >/dev/null`
           : `[ "$1" != --toggle ] || { ms=\${2%ms,0}; [ "$ms" != 0 ] || exit 0
              exec sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"; }
              exec sleep 600`
       }`,
    );
    process.env.PATH = `${this.#folder}:${this.#path}`;
  }

  /** What `gpioget` says from now on. */
  level(level: 0 | 1): void {
    writeFileSync(path.join(this.#folder, 'level'), `${level}\n`);
  }

  /** An edge now; gives its time, ms. */
  edge(level: 0 | 1): number {
    const ns = process.hrtime.bigint();
    const seconds = ns / 1_000_000_000n;
    const rest = String(ns % 1_000_000_000n).padStart(9, '0');
    const text = this.version === 1 ? `${level} ${seconds} ${rest}` : `${level || 2} ${seconds}.${rest}`;
    writeSync(this.#edges, `${text}\n`);
    return Number(ns) / 1e6;
  }

  /** Another program has all lines from now on. */
  busy(): void {
    writeFileSync(path.join(this.#folder, 'busy'), '');
  }

  /** Every call so far: program and arguments, one a line. */
  get calls(): readonly string[] {
    return readFileSync(path.join(this.#folder, 'calls'), 'utf8').trim().split('\n');
  }

  /** Forgets the calls so far. */
  forget(): void {
    writeFileSync(path.join(this.#folder, 'calls'), '');
  }

  /** Processes that hold a line. */
  get holders(): readonly number[] {
    const line = path.join(this.#folder, 'gpio-line');
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.flatMap((pid) => (filesOf(pid).includes(line) ? [Number(pid)] : []));
  }

  remove(): void {
    process.env.PATH = this.#path;
    closeSync(this.#edges);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tool(name: string, script: string): void {
    const whole = `#!/bin/sh\nDIR='${this.#folder}'\necho "${name} $*" >>"$DIR/calls"\n${script}\n`;
    writeFileSync(path.join(this.#folder, name), whole, { mode: 0o755 });
  }
}

function filesOf(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    // It has ended, or is somebody else's.
    return [];
  }
}
