import { type Columns, columnsOf, withSample } from './chart-points.ts';
import { type ChartWindow, type Loaded, shows, spanFor } from './chart-window.ts';
import { askReadings, type Point } from './history.ts';
import type { Sample, Trace } from './trace.ts';

/** A window that is being moved is asked for when it rests so long. */
const restMs = 150;
/** After a failure: not again for so long. */
const retryMs = 5_000;

/** The readings of one sensor for a chart: what the device keeps, and what comes live. */
export class Readings {
  readonly #sensor: string;
  readonly #changed: () => void;
  #points: readonly Point[] = [];
  #live: readonly Sample[] = [];
  #loaded: Loaded | undefined;
  #asked: Loaded | undefined;
  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #columns: Columns | undefined;

  constructor(sensor: string, changed: () => void) {
    this.#sensor = sensor;
    this.#changed = changed;
  }

  get columns(): Columns {
    this.#columns ??= columnsOf(this.#points, this.#live, this.#loaded?.stepMs ?? 0);
    return this.#columns;
  }

  /** Takes what came live, and asks for what the window lacks. */
  show(window: ChartWindow, trace: Trace, width: number, now: number): void {
    const before = this.#live;
    for (const sample of trace) this.#live = withSample(this.#live, sample, this.#loaded?.to ?? 0);
    if (this.#live !== before) this.#columns = undefined;
    if (shows(this.#loaded, window, width, now) || shows(this.#asked, window, width, now)) return;
    const first = this.#asked === undefined;
    this.#asked = spanFor(window, width, now);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), first ? 0 : restMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #ask(): void {
    const asked = this.#asked;
    if (asked === undefined) return;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const points = Math.min(2_000, Math.round((asked.to - asked.from) / asked.stepMs));
    askReadings({ sensor: this.#sensor, from: asked.from, to: asked.to, points }, asking.signal).then(
      (found) => {
        if (asking.signal.aborted) return;
        if (found === undefined) {
          this.#timer = setTimeout(() => {
            this.#asked = undefined;
            this.#changed();
          }, retryMs);
          return;
        }
        this.#points = found;
        this.#loaded = asked;
        this.#columns = undefined;
        this.#changed();
      },
      () => undefined, // it never rejects
    );
  }
}
