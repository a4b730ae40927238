import type { VedetteError } from '../../src/errors.ts';
import type {
  Asker,
  Situation,
  SituationChange,
  SituationHost,
  SituationRequest,
} from '../../src/protocol/situation.ts';

/** A device's situation that a test makes. */
export class FakeSituation implements SituationHost {
  situation: Situation = {
    sensors: [],
    alarms: [],
    rings: [],
    locks: [],
    privacy: { on: false },
    confirmations: [],
  };
  telemetry: Record<string, number> = {};
  /** Why everything is refused; undefined while nothing is. */
  refusal: VedetteError | undefined;
  readonly asked: { readonly request: SituationRequest; readonly by: Asker }[] = [];
  readonly gone: string[] = [];
  readonly #listeners = new Set<(change: SituationChange) => void>();

  get listeners(): number {
    return this.#listeners.size;
  }

  onChange(listener: (change: SituationChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  obey(request: SituationRequest, by: Asker): VedetteError | undefined {
    this.asked.push({ request, by });
    return this.refusal;
  }

  left(session: string): void {
    this.gone.push(session);
  }

  change(change: SituationChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}
