import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { pulseAnswers } from '../../../src/media/sound/pulse.ts';

/** Why tests that need these programs are skipped here, or undefined. */
export function missing(...programs: string[]): string | undefined {
  const absent = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  return absent.length === 0 ? undefined : `skipped: ${absent.join(' and ')} not installed`;
}

/** A sound server of our own, with a sink `speaker` and a source `mic` fed by the sink `micfeed`. */
export class PulseServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'vedette-pulse-'));
  readonly env: NodeJS.ProcessEnv = { ...process.env, PULSE_SERVER: `unix:${join(this.folder, 'sock')}` };
  #server: ChildProcess | undefined;

  /** @param more further lines of its script. */
  async start(more: readonly string[] = []): Promise<void> {
    const script = join(this.folder, 'pa.pa');
    writeFileSync(
      script,
      [
        `load-module module-native-protocol-unix auth-anonymous=1 socket=${join(this.folder, 'sock')}`,
        'load-module module-null-sink sink_name=speaker rate=48000',
        'load-module module-null-sink sink_name=micfeed rate=48000',
        'load-module module-remap-source source_name=mic master=micfeed.monitor',
        'set-default-sink speaker',
        'set-default-source mic',
        ...more,
        '',
      ].join('\n'),
    );
    const options = ['--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disable-shm=yes'];
    this.#server = spawn('pulseaudio', ['-n', '-F', script, ...options], {
      env: { ...process.env, XDG_RUNTIME_DIR: this.folder, HOME: this.folder },
      stdio: 'ignore',
    });
    await vi.waitFor(async () => expect(await pulseAnswers(this.env)).toBe(true), 20_000);
  }

  /** Unplugs it. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
    rmSync(join(this.folder, 'sock'), { force: true });
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
