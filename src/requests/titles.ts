import type { LockHost } from '../protocol/lock-host.ts';

/** What people call a lock; its name where there is none. */
export function titleOf(lock: string, { statuses }: Pick<LockHost, 'statuses'>): string {
  return statuses.find((status) => status.lock === lock)?.title ?? `"${lock}"`;
}
