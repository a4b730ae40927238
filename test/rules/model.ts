/** undefined: not known. */
type Truth = boolean | undefined;

export interface ModelRule {
  readonly hold: number;
  readonly cooldown: number;
  readonly latch: boolean;
  /** Times after which it escalates, in order. */
  readonly escalate: readonly number[];
}

/**
 * One rule as the documentation tells it, moment by moment: all that ever happened is kept, and every question is
 * answered by looking back over it. Slow, and nothing like the code that it checks.
 */
export class RuleModel {
  readonly #rule: ModelRule;
  /** What its condition was, and since when, from the first moment on. */
  readonly #truths: { readonly since: number; readonly truth: Truth; readonly over: Truth }[] = [];
  readonly #told: { readonly what: string; readonly at: number }[] = [];
  #shelvedUntil = Number.NEGATIVE_INFINITY;
  #raised: { readonly at: number; acknowledged: boolean; isOver: boolean; escalated: number } | undefined;

  constructor(rule: ModelRule) {
    this.#rule = rule;
  }

  /** `clear 12`, in the order in which it happened. */
  get told(): readonly string[] {
    return this.#told.map(({ what, at }) => `${what} ${at}`);
  }

  is(truth: Truth, over: Truth, at: number): void {
    this.#truths.push({ since: at, truth, over });
    this.look(at);
  }

  acknowledge(at: number): void {
    if (this.#raised && !this.#raised.acknowledged) {
      this.#raised.acknowledged = true;
      this.#tell('acknowledged', at);
      if (this.#raised.isOver) this.#clear(at);
    }
    this.look(at);
  }

  shelve(ms: number, at: number): void {
    this.#shelvedUntil = ms > 0 ? at + ms : at;
    if (ms > 0 && this.#raised) {
      this.#raised = undefined;
      this.#tell('clear shelved', at);
    }
    this.look(at);
  }

  /** To be called for every moment, whether something comes then or not. */
  look(at: number): void {
    const last = this.#truths.at(-1);
    const heldForLong = this.#trueSince() + this.#rule.hold <= at;
    const isOver = last?.over === true && last.truth !== true;
    if (this.#raised === undefined) {
      const cleared = this.#told.findLast(({ what }) => what === 'clear')?.at ?? Number.NEGATIVE_INFINITY;
      if (heldForLong && at >= this.#shelvedUntil && at >= cleared + this.#rule.cooldown) {
        this.#raised = { at, acknowledged: false, isOver: false, escalated: 0 };
        this.#tell('raise', at);
      }
    } else if (this.#raised.isOver) {
      if (heldForLong) this.#raised.isOver = false;
    } else if (isOver) {
      if (this.#rule.latch && !this.#raised.acknowledged) this.#raised.isOver = true;
      else this.#clear(at);
    }
    for (;;) {
      if (!this.#raised || this.#raised.acknowledged) return;
      const after = this.#rule.escalate[this.#raised.escalated];
      if (after === undefined || at < this.#raised.at + after) return;
      this.#raised.escalated++;
      this.#tell('escalate', at);
    }
  }

  #clear(at: number): void {
    this.#raised = undefined;
    this.#tell('clear', at);
  }

  #tell(what: string, at: number): void {
    this.#told.push({ what, at });
  }

  #trueSince(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const entry of this.#truths.toReversed()) {
      if (entry.truth !== true) break;
      since = entry.since;
    }
    return since;
  }
}
