import { setTimeout as delay } from 'node:timers/promises';

/** Between two looks at what cannot tell by itself that it changed. */
const lookEveryMs = 100;

/** Waits until `condition` holds; rejects after `deadlineMs` with what it was waiting for. */
export async function until(condition: () => Promise<boolean>, deadlineMs = 30_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${condition.toString()}`);
    await delay(lookEveryMs);
  }
}
