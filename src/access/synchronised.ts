import { statSync } from 'node:fs';

/** systemd-timesyncd touches it with each answer of a time server, and it is gone with a restart of the machine. */
const stampPath = '/run/systemd/timesync/synchronized';

/** When a time server last set this machine's clock, or undefined where none has since it was started. */
export function synchronisedAt(clock: 'ntp' | 'trusted'): () => number | undefined {
  return () => (clock === 'trusted' ? 0 : statSync(stampPath, { throwIfNoEntry: false })?.mtimeMs);
}
