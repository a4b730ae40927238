import { Listeners } from '../media/listeners.ts';
import type { LockStatus } from '../protocol/lock.ts';
import type { LockHost, LockOutcome } from '../protocol/lock-host.ts';
import type { SensorState } from '../protocol/reading.ts';
import type { LockParts } from './kind.ts';
import { Lock } from './lock.ts';
import type { LockProfile } from './profile.ts';
import type { Direction, LockInput, LockTrouble } from './states.ts';
import { refused } from './turn.ts';

/** Something is wrong with a lock, or is not any more. */
export interface LockNews {
  readonly lock: LockProfile;
  readonly trouble: LockTrouble;
  readonly over: boolean;
  readonly reason: string | undefined;
}

export interface LocksOptions {
  readonly locks: readonly LockProfile[];
  readonly parts: LockParts;
}

/** All locks of a device. Nothing moves when they start: how they stand is read, not assumed. */
export class Locks implements LockHost {
  readonly #locks: ReadonlyMap<string, Lock>;
  readonly #changes: Listeners<LockStatus>;
  readonly #news: Listeners<LockNews>;

  constructor({ locks, parts }: LocksOptions) {
    this.#changes = new Listeners(parts.log);
    this.#news = new Listeners(parts.log);
    this.#locks = new Map(
      locks.map((lock) => {
        const news = (trouble: LockTrouble, over: boolean, reason?: string) =>
          this.#news.tell({ lock, trouble, over, reason });
        const sink = {
          changed: (status: LockStatus) => this.#changes.tell(status),
          trouble: (trouble: LockTrouble, reason: string | undefined) => news(trouble, false, reason),
          over: (trouble: LockTrouble) => news(trouble, true),
        };
        return [lock.name, new Lock(lock, parts, sink)];
      }),
    );
  }

  /** In the order of the profile. */
  get statuses(): readonly LockStatus[] {
    return [...this.#locks.values()].map(({ status }) => status);
  }

  onChange(listener: (status: LockStatus) => void): () => void {
    return this.#changes.add(listener);
  }

  /** Tells what people should know at once. */
  onNews(listener: (news: LockNews) => void): () => void {
    return this.#news.add(listener);
  }

  unlock(lock: string, by: string): Promise<LockOutcome> {
    return this.#ask(lock, 'unlock', by);
  }

  lock(lock: string, by: string): Promise<LockOutcome> {
    return this.#ask(lock, 'lock', by);
  }

  doorClosed(lock: string): boolean | undefined {
    return this.#locks.get(lock)?.doorClosed;
  }

  /** What a sensor says; of those that are no lock's, nothing comes. */
  sensor(state: SensorState): void {
    const on = state.state === 'well' ? state.reading.value !== 0 : undefined;
    for (const lock of this.#locks.values())
      for (const input of inputsOf(lock.profile, state.sensor, on)) lock.input(input);
  }

  /** Never rejects. */
  async start(): Promise<void> {
    await Promise.all([...this.#locks.values()].map((lock) => lock.start()));
  }

  /** Nothing is energised any more. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([...this.#locks.values()].map((lock) => lock.stop()));
  }

  async #ask(name: string, to: Direction, by: string): Promise<LockOutcome> {
    return this.#locks.get(name)?.ask(to, by) ?? refused('lock/unknown', { lock: name });
  }
}

function inputsOf(
  { bolt, door, parcel }: LockProfile,
  sensor: string,
  on: boolean | undefined,
): readonly LockInput[] {
  return [
    ...(sensor === bolt
      ? [{ type: 'bolt', bolt: on === undefined ? undefined : on ? 'thrown' : 'drawn' } as const]
      : []),
    ...(sensor === door
      ? [{ type: 'door', door: on === undefined ? undefined : on ? 'open' : 'closed' } as const]
      : []),
    ...(sensor === parcel ? [{ type: 'parcel', parcel: on } as const] : []),
  ];
}
