import type { RoleClaim } from '../stun/binding.ts';

/** How often a session may change roles before it stays as it is: a right peer needs one change. */
const maxSwitches = 8;

/** Who nominates, and the number that decides where both would (RFC 8445, 7.3.1.1). One for a session's whole life. */
export class IceRole {
  #controlling: boolean;
  readonly #tieBreaker: bigint;
  #switches = 0;

  constructor(controlling: boolean, tieBreaker: bigint) {
    this.#controlling = controlling;
    this.#tieBreaker = tieBreaker;
  }

  get controlling(): boolean {
    return this.#controlling;
  }

  get claim(): RoleClaim {
    return { controlling: this.#controlling, tieBreaker: this.#tieBreaker };
  }

  /** A peer without connectivity checks of its own cannot nominate (RFC 8445, 6.1.1). */
  lead(): void {
    this.#controlling = true;
  }

  /**
   * Settles an authenticated request's claim against ours: `refused` answers 487, `switched` takes the other role
   * (RFC 8445, 7.3.1.1).
   */
  settle(theirs: RoleClaim | undefined): 'agreed' | 'switched' | 'refused' {
    if (theirs === undefined || theirs.controlling !== this.#controlling) return 'agreed';
    const oursWins = this.#tieBreaker >= theirs.tieBreaker;
    // Controlling, the larger number stays; controlled, the larger number takes control.
    if (this.#controlling === oursWins) return 'refused';
    return this.#switch() ? 'switched' : 'agreed';
  }

  /** An authenticated 487 to a request that claimed `controlling`; false where nothing changed (RFC 8445, 7.2.5.1). */
  yield(controlling: boolean): boolean {
    return controlling === this.#controlling && this.#switch();
  }

  #switch(): boolean {
    if (this.#switches === maxSwitches) return false;
    this.#switches += 1;
    this.#controlling = !this.#controlling;
    return true;
  }
}
