/** What comes when it is first needed, so that the first picture waits for none of it. */
const imports = {
  live: () => Promise.resolve(),
  events: () => import('../vedette-events.ts'),
  charts: () => import('../vedette-charts.ts'),
  people: () => import('../vedette-people.ts'),
  settings: () => import('../vedette-settings.ts'),
  join: () => import('../vedette-join.ts'),
  regain: () => import('../vedette-regain.ts'),
};
type Part = keyof typeof imports;

/** Parts of the page whose script is here, on its way, or did not come. */
export class Parts {
  readonly #changed: () => void;
  readonly #loading = new Set<Part>();
  readonly #loaded = new Set<Part>();
  #failed: Part | undefined;

  /** `changed` is called when a part has come, or has not. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  has(part: Part): boolean {
    return this.#loaded.has(part);
  }

  /** The last one that did not come: the device restarted with a newer page, or is away. */
  get failed(): Part | undefined {
    return this.#failed;
  }

  load(part: Part): void {
    if (this.#failed === part) {
      this.#failed = undefined;
      this.#changed();
    }
    if (this.#loaded.has(part) || this.#loading.has(part)) return;
    this.#loading.add(part);
    imports[part]().then(
      () => {
        this.#loaded.add(part);
        this.#changed();
      },
      () => {
        this.#loading.delete(part);
        this.#failed = part;
        this.#changed();
      },
    );
  }
}
