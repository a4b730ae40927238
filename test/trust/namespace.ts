import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TrustFigure } from './check.ts';

const run = promisify(execFile);
const commandDeadlineMs = 10_000;
const checkDeadlineMs = 10 * 60_000;
/** Says to the process inside that it is inside. */
const inside = 'VEDETTE_TRUST_NAMESPACE';
/** An address that is no loopback: nobody offers 127.0.0.1 to a peer. */
const address = '10.77.0.1/24';

export const isInside = (): boolean => process.env[inside] !== undefined;

/**
 * Runs a check again in a network namespace of its own, which has one address and no way out; gives its figures, or
 * why that cannot be. The namespace is gone afterwards.
 */
export async function inNamespace(check: string): Promise<readonly TrustFigure[] | string> {
  if (process.getuid?.() !== 0) return 'a network namespace wants root';
  const name = `vedette-trust-${process.pid}`;
  try {
    await command('ip', ['netns', 'add', name]);
  } catch (error) {
    return `there are no network namespaces: ${(error as Error).message}`;
  }
  try {
    await command('ip', ['-n', name, 'link', 'add', 'own', 'type', 'veth', 'peer', 'name', 'other']);
    await command('ip', ['-n', name, 'addr', 'add', address, 'dev', 'own']);
    for (const link of ['lo', 'own', 'other']) await command('ip', ['-n', name, 'link', 'set', link, 'up']);
    const program = join(import.meta.dirname, 'index.ts');
    // `ip netns exec` becomes the program, so the process is the one that is ended at the deadline.
    const child = spawn('ip', ['netns', 'exec', name, process.execPath, program, check, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, [inside]: name },
      timeout: checkDeadlineMs,
      killSignal: 'SIGKILL',
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await once(child, 'close');
    if (printed === '') throw new Error('the check said nothing');
    const told = JSON.parse(printed) as { figures?: readonly TrustFigure[]; skipped?: string };
    return told.figures ?? told.skipped ?? 'the check gave no figure';
  } finally {
    await command('ip', ['netns', 'del', name]);
  }
}

/** Runs a command to its end; rejects with what it said where it fails. */
export async function command(program: string, args: readonly string[]): Promise<void> {
  await run(program, args, { timeout: commandDeadlineMs });
}
