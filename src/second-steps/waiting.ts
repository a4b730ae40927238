import type { TrustRow } from '../access/trust/row.ts';
import type { Clock } from '../clock.ts';
import { VedetteError } from '../errors.ts';
import type { AuditDraft } from '../protocol/access.ts';
import type { Confirmation, SecondStepKind, SecondStepNeed } from '../protocol/second-step.ts';
import type { SecondStep, StepParts, StepProofs, SteppedUnlock } from './kind.ts';
import { secondSteps } from './kinds.ts';

/** An unlock that begins to wait. */
export interface NewUnlock extends SteppedUnlock {
  /** Aborted when whoever asked is not there any more. */
  readonly gone: AbortSignal | undefined;
  /** Why they may not any more, or undefined while they may. */
  refusal(): VedetteError | undefined;
}

/** A step that is proven; whoever proved it waits to hear what came of it. */
export interface Proven {
  /** What is written of it: it gets to the disk before anything moves. */
  readonly entry: AuditDraft;
  /** Gives what is kept with it. */
  readonly keep: (() => TrustRow) | undefined;
  /** It was taken, and is on disk. */
  taken(): void;
  /** Nothing came of it. */
  failed(error: unknown): void;
}

interface Waiting {
  readonly kind: SecondStepKind;
  readonly unlock: NewUnlock;
  /** On the monotonic clock. */
  readonly endsMs: number;
  readonly confirmation: Confirmation | undefined;
  end(outcome: Proven | VedetteError): void;
}

/** Somebody is asked to confirm an unlock, or need not any more. */
export type ConfirmationChange =
  | { readonly type: 'confirm'; readonly confirmation: Confirmation }
  | { readonly type: 'confirm-over'; readonly confirmation: Confirmation };

/**
 * Unlocks that wait for their second step. In memory alone: after a restart none is waited for. Each ends once: proven,
 * declined, late, or because whoever asked has left, may not any more, or asked anew.
 */
export class WaitingUnlocks {
  readonly #clock: Clock;
  /** By request. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(change: ConfirmationChange) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What others may confirm just now, the oldest first. */
  get confirmations(): readonly Confirmation[] {
    return [...this.#waiting.values()].flatMap(({ confirmation }) => confirmation ?? []);
  }

  /** Calls `listener` with each change, in order, until the returned function is called. */
  onChange(listener: (change: ConfirmationChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Waits for the second step of an unlock.
   * @param needed told what is still needed
   * @throws VedetteError why nothing moves: `second-step/…`, or what `refusal` says
   */
  async wait(
    kind: SecondStepKind,
    unlock: NewUnlock,
    parts: StepParts,
    needed: (need: SecondStepNeed) => void,
  ): Promise<Proven> {
    const { waitsMs, asksOthers, needs } = secondSteps[kind];
    const until = Math.round(this.#clock.wall() + waitsMs);
    const need = needs(unlock, until, parts);
    for (const { unlock: other, end } of this.#waiting.values())
      if (other.key === unlock.key && other.lock === unlock.lock) end(new VedetteError('second-step/again'));
    const { promise, resolve, reject } = Promise.withResolvers<Proven>();
    const { request, lock, name, peer, gone } = unlock;
    const person = 'person' in peer ? { person: peer.person } : {};
    const timer = setTimeout(() => this.review(), waitsMs + 1);
    const left = () => waiting.end(new VedetteError('second-step/left'));
    const waiting: Waiting = {
      ...{ kind, unlock, endsMs: this.#clock.now() + waitsMs },
      confirmation: asksOthers ? { request, lock, name, ...person, until } : undefined,
      end: (outcome) => {
        if (!this.#waiting.delete(request)) return;
        clearTimeout(timer);
        gone?.removeEventListener('abort', left);
        if (outcome instanceof VedetteError) reject(outcome);
        else resolve(outcome);
        this.#tell('confirm-over', waiting);
      },
    };
    this.#waiting.set(request, waiting);
    needed(need);
    this.#tell('confirm', waiting);
    if (gone?.aborted) left();
    else gone?.addEventListener('abort', left);
    return promise;
  }

  /**
   * Takes what somebody brought for an unlock. Resolves when it was taken and is on disk; where it was declined, gives
   * what is to be written of that.
   * @param about who brings it, for the trail
   * @throws VedetteError `second-step/over`, what the step's check throws, why nothing came of it
   */
  async prove<Kind extends SecondStepKind>(
    kind: Kind,
    { request, lock }: Pick<SteppedUnlock, 'request' | 'lock'>,
    proof: StepProofs[Kind],
    parts: StepParts,
    about: Omit<AuditDraft, 'type' | 'title'>,
  ): Promise<{ readonly declined?: AuditDraft }> {
    this.review();
    const waiting = this.#waiting.get(request);
    if (waiting?.kind !== kind || waiting.unlock.lock !== lock) throw new VedetteError('second-step/over');
    const step: SecondStep<Kind> = secondSteps[kind];
    const looked = step.check(waiting.unlock, proof, parts);
    const verdict = looked instanceof Promise ? await looked : looked;
    // Of two that bring a proof at once, the second comes too late.
    this.review();
    if (this.#waiting.get(request) !== waiting) throw new VedetteError('second-step/over');
    const entry: AuditDraft = { ...about, type: 'request', title: verdict.words, lock };
    if (!verdict.proven) {
      waiting.end(new VedetteError('second-step/declined', { detail: verdict.words }));
      return { declined: entry };
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.end({ entry, keep: verdict.keep, taken: resolve, failed: reject });
    await promise;
    return {};
  }

  /** Ends what is late, and what whoever asked may not any more. */
  review(): void {
    const now = this.#clock.now();
    for (const { endsMs, unlock, end } of [...this.#waiting.values()]) {
      if (now > endsMs) end(new VedetteError('second-step/late'));
      else {
        const refusal = unlock.refusal();
        if (refusal) end(refusal);
      }
    }
  }

  /** Nothing is waited for any more. */
  stop(): void {
    for (const { end } of [...this.#waiting.values()]) end(new VedetteError('lock/stopped'));
  }

  #tell(type: ConfirmationChange['type'], { confirmation }: Waiting): void {
    if (!confirmation) return;
    for (const listener of this.#listeners) listener({ type, confirmation });
  }
}
