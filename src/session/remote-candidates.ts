import type { IceCandidateInit } from '../protocol/session.ts';

/** Candidates kept from before the offer; more are dropped. */
const maxEarly = 32;
/** Candidates taken after each offer; each costs a check on every local address, and a machine has few addresses. */
const maxPerOffer = 128;

/** The viewer's candidates on their way to the transport: kept until there is one, and bounded. */
export class RemoteCandidates {
  readonly #add: (candidate: IceCandidateInit) => void;
  #early: IceCandidateInit[] | undefined = [];
  #taken = 0;

  constructor(add: (candidate: IceCandidateInit) => void) {
    this.#add = add;
  }

  take(candidate: IceCandidateInit): void {
    if (this.#early) {
      if (this.#early.length < maxEarly) this.#early.push(candidate);
      return;
    }
    this.#taken += 1;
    if (this.#taken <= maxPerOffer) this.#add(candidate);
  }

  /** An offer was answered: the transport is there. */
  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#taken = 0;
    for (const candidate of early) this.take(candidate);
  }
}
