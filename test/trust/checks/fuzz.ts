import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Check } from '../check.ts';

const runs = 100_000;
const deadlineMs = 60 * 60_000;

export const check: Check = {
  title: `${runs} inputs with mistakes to everything that takes bytes from outside: no exception, steps bounded`,
  async run() {
    const program = join(import.meta.dirname, '../../fuzz/index.ts');
    const child = spawn(process.execPath, [program, '--json', '--runs', String(runs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    const ended = once(child, 'close');
    let [targets, inputs, failures, steps] = [0, 0, 0, 0];
    for await (const line of createInterface({ input: child.stdout })) {
      const told = JSON.parse(line) as { inputs: number; failures: number; steps: number };
      targets += 1;
      inputs += told.inputs;
      failures += told.failures;
      steps = Math.max(steps, told.steps);
    }
    const [code] = (await ended) as [number | null];
    return [
      { what: 'targets', value: targets, unit: '', must: { atLeast: 1 } },
      { what: 'inputs', value: inputs, unit: '', must: { atLeast: 1 } },
      { what: 'failures', value: Math.max(failures, code === 0 ? 0 : 1), unit: '', must: { atMost: 0 } },
      { what: 'steps taken, of those allowed', value: 100 * steps, unit: '%', must: { atMost: 100 } },
    ];
  },
};
