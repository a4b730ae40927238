import type { LockStatus } from '../../src/protocol/lock.ts';
import type { LockHost, LockOutcome } from '../../src/protocol/lock-host.ts';
import type { SecondStepKind } from '../../src/protocol/second-step.ts';

/** Locks that count, and move when a test lets them. */
export class FakeLocks implements LockHost {
  readonly statuses: LockStatus[];
  readonly pulses: { readonly lock: string; readonly by: string }[] = [];
  readonly locked: { readonly lock: string; readonly by: string }[] = [];
  readonly closed = new Map<string, boolean>();
  /** What comes of unlocking. */
  outcome: () => LockOutcome | Promise<LockOutcome> = () => ({ done: true });

  constructor(...locks: readonly string[]) {
    this.statuses = locks.map((lock) => ({
      ...{ lock, title: `the ${lock}`, state: 'locked', since: 0, leftOpen: false },
    }));
  }

  /** One more lock, with a second step. */
  needs(secondStep: SecondStepKind, lock: string): void {
    this.statuses.push({
      ...{ lock, title: `the ${lock}`, state: 'locked', since: 0, leftOpen: false, secondStep },
    });
  }

  onChange(): () => void {
    return () => undefined;
  }

  async unlock(lock: string, by: string): Promise<LockOutcome> {
    this.pulses.push({ lock, by });
    return this.outcome();
  }

  async lock(lock: string, by: string): Promise<LockOutcome> {
    this.locked.push({ lock, by });
    return { done: true };
  }

  doorClosed(lock: string): boolean | undefined {
    return this.closed.get(lock);
  }
}
