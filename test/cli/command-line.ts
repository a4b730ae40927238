import { vi } from 'vitest';
import { main } from '../../src/cli/program.ts';

/** What a command line came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function vedette(...args: readonly string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
      return true;
    }),
  );
  // yargs prints help by console, which vitest takes for itself.
  const log = vi.spyOn(console, 'log').mockImplementation((text) => {
    written.stdout += `${text}\n`;
  });
  try {
    return { code: await main(args), ...written };
  } finally {
    for (const spy of [...spies, log]) spy.mockRestore();
  }
}
