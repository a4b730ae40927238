import { VedetteError } from '../errors.ts';
import type { DeviceEvent } from '../protocol/alarm.ts';
import type { DeliveryStore } from './delivery.ts';
import { failureOf } from './failure.ts';
import type { Action, ActionParts, DeviceParts, Occasion } from './kind.ts';
import { Outbox } from './outbox.ts';

/** So many runs of one action may wait for the one that goes on; more are a mad rule. */
const maxWaitingRuns = 8;
/** A stop waits this long for what actions do last: the whole device has 1.8 s. */
const stopMs = 800;

/** An action of the profile. */
export interface ActionProfile {
  readonly name: string;
  open(parts: ActionParts): Action;
}

/** An action that did not do what it should. */
export interface ActionFailure {
  readonly action: string;
  /** Of which event, where it was for one. */
  readonly event?: DeviceEvent;
  readonly error: VedetteError;
}

/** What became of one action's runs so far. */
export interface ActionCounts {
  readonly ran: number;
  readonly failed: number;
}

export interface ActionsOptions {
  readonly actions: readonly ActionProfile[];
  readonly parts: DeviceParts;
  readonly deliveries: DeliveryStore;
  /** Records it. Called for each failure; must not throw. */
  readonly failed: (failure: ActionFailure) => void;
}

interface Run {
  readonly occasion: Occasion;
  /** What it would last for ended before its turn came. */
  over: boolean;
}

interface Running {
  readonly name: string;
  readonly action: Action;
  /** The run that goes on and those behind it. */
  last: Promise<void>;
  readonly runs: Set<Run>;
  ran: number;
  failures: number;
}

/**
 * What a device does when something happens. The actions of one event run side by side, the runs of one action one
 * after the other; one that fails is recorded and stops no other.
 */
export class Actions {
  readonly #outbox: Outbox;
  readonly #running: ReadonlyMap<string, Running>;
  readonly #parts: DeviceParts;
  readonly #failed: (failure: ActionFailure) => void;
  readonly #stopping = new AbortController();

  constructor({ actions, parts, deliveries, failed }: ActionsOptions) {
    this.#parts = parts;
    this.#failed = failed;
    this.#outbox = new Outbox({ store: deliveries, clock: parts.clock, log: parts.log });
    this.#running = new Map(
      actions.map(({ name, open }) => {
        const action = open({
          ...parts,
          name,
          outbox: this.#outbox,
          failed: (error, event) => this.#record(name, error, event),
        });
        return [name, { name, action, last: Promise.resolve(), runs: new Set<Run>(), ran: 0, failures: 0 }];
      }),
    );
  }

  /** Brings what actions drive to a known state, and takes up what was not delivered. Never rejects. */
  async start(): Promise<void> {
    this.#parts.push.connect(this.#outbox, (error) => this.#failed({ action: 'push', error }));
    await this.#each(({ action }) => action.start?.());
  }

  /** Runs these actions for this occasion, side by side. Resolves when all are done; never rejects. */
  async run(names: readonly string[], occasion: Occasion): Promise<void> {
    const known = [...new Set(names)].flatMap((name) => this.#running.get(name) ?? []);
    await Promise.all(known.map((running) => this.#runOne(running, occasion)));
  }

  /** The event is over: whatever lasts as long as it does ends. Never rejects. */
  async release(event: DeviceEvent): Promise<void> {
    await this.#each((running) => end(running, 'release', event), event);
  }

  /** The alarm was silenced: whatever makes noise for it ends. Never rejects. */
  async silence(event: DeviceEvent): Promise<void> {
    await this.#each((running) => end(running, 'silence', event), event);
  }

  /** For metrics: how often each action ran and failed. */
  counts(): ReadonlyMap<string, ActionCounts> {
    return new Map([...this.#running].map(([name, { ran, failures }]) => [name, { ran, failed: failures }]));
  }

  /** For metrics: how much waits to be delivered, by target. */
  waiting(): ReadonlyMap<string, number> {
    return this.#outbox.waiting();
  }

  /** Ends every run and gives everything back, within 0.8 s. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.#parts.log.warn('an action did not end in time');
      resolve();
    }, stopMs);
    const ended = Promise.all([this.#each(({ action }) => action.stop?.()), this.#outbox.stop()]);
    await Promise.race([ended, tooLong]);
    clearTimeout(timer);
  }

  async #runOne(running: Running, occasion: Occasion): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { name, action } = running;
    if (running.runs.size >= maxWaitingRuns) {
      this.#record(name, new VedetteError('action/crowded', { target: name }), occasion.event);
      return;
    }
    const entry: Run = { occasion, over: false };
    running.runs.add(entry);
    const run = running.last.then(async () => {
      try {
        if (entry.over || this.#stopping.signal.aborted) return;
        await action.run(occasion, this.#stopping.signal);
        running.ran++;
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.#record(name, error, occasion.event);
      } finally {
        running.runs.delete(entry);
      }
    });
    running.last = run;
    await run;
  }

  async #each(act: (running: Running) => Promise<void> | undefined, event?: DeviceEvent): Promise<void> {
    await Promise.all(
      [...this.#running.values()].map(async (running) => {
        try {
          await act(running);
        } catch (error) {
          this.#record(running.name, error, event);
        }
      }),
    );
  }

  #record(name: string, thrown: unknown, event?: DeviceEvent): void {
    const running = this.#running.get(name);
    if (running) running.failures++;
    const error = failureOf(name, thrown);
    // What is no error of ours is a mistake in this program: its stack belongs into the log.
    if (error === thrown) this.#parts.log.warn({ action: name, code: error.code }, error.message);
    else this.#parts.log.error({ action: name, err: thrown }, error.message);
    this.#failed({ action: name, error, ...(event ? { event } : {}) });
  }
}

/** Ends what lasts, and what would have begun to: not what only tells. */
function end(
  { action, runs }: Running,
  how: 'release' | 'silence',
  event: DeviceEvent,
): Promise<void> | undefined {
  if (!action[how]) return undefined;
  for (const run of runs)
    if (run.occasion.event.id === event.id && run.occasion.on !== 'clear') run.over = true;
  return action[how](event);
}
