import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { DeviceEvent } from '../../protocol/alarm.ts';
import { type ChartWindow, following, lastOf, moved, zoomed } from '../chart-window.ts';
import { askEvents } from '../history.ts';
import { Readings } from '../readings.ts';
import type { SensorView, Situation } from '../situation.ts';
import { clockTime, dayTime, ownZone, strings } from '../strings.ts';
import { define } from './define.ts';
import { eventIcons } from './event-words.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';
import './vedette-chart.ts';

const minuteMs = 60_000;
const ranges = [
  { lengthMs: 15 * minuteMs, words: strings.range15m },
  { lengthMs: 60 * minuteMs, words: strings.range1h },
  { lengthMs: 360 * minuteMs, words: strings.range6h },
  { lengthMs: 1_440 * minuteMs, words: strings.range1d },
  { lengthMs: 10_080 * minuteMs, words: strings.range7d },
  { lengthMs: 43_200 * minuteMs, words: strings.range30d },
];
const firstMs = 60 * minuteMs;
/** As many charts as a screen has room for, when nothing was chosen. */
const firstCount = 3;
/** A window that follows moves on so often. */
const lookEveryMs = 1_000;
/** More marks than these would be a carpet. */
const maxMarks = 200;

/**
 * Charts of sensors, all over the same time.
 * @fires show-event `{detail: string}` the id of an event that is to be shown
 */
export class VedetteCharts extends LitElement {
  static override properties = {
    situation: { attribute: false },
    listen: { attribute: false },
    sensor: {},
    zone: {},
    chosen: { state: true },
    window: { state: true },
    events: { state: true },
  };
  declare situation: Situation;
  /** Subscribes to what happens now. */
  declare listen: (listener: (event: DeviceEvent) => void) => () => void;
  /** The sensor whose chart was asked for. */
  declare sensor: string | undefined;
  /** The device's zone. */
  declare zone: string | undefined;
  declare chosen: readonly string[] | undefined;
  declare window: ChartWindow;
  declare events: readonly DeviceEvent[];

  readonly #readings = new Map<string, Readings>();
  #look: ReturnType<typeof setInterval> | undefined;
  #release: (() => void) | undefined;
  #asking: AbortController | undefined;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #marked: ChartWindow | undefined;

  constructor() {
    super();
    this.window = lastOf(firstMs, Date.now());
    this.events = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#release = this.listen((event) => {
      this.events = [...this.events.filter(({ id }) => id !== event.id), event];
    });
    this.#look = setInterval(() => {
      this.window = following(this.window, Date.now());
    }, lookEveryMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#release?.();
    clearInterval(this.#look);
    clearTimeout(this.#askTimer);
    this.#asking?.abort();
    for (const readings of this.#readings.values()) readings.stop();
    this.#readings.clear();
  }

  /** What is drawn: what was chosen, else what was asked for, else the first ones that count. */
  get #drawn(): readonly SensorView[] {
    const all = [...this.situation.sensors.values()];
    if (this.chosen) return all.filter(({ description }) => this.chosen?.includes(description.sensor));
    const asked = all.filter(({ description }) => description.sensor === this.sensor);
    return asked.length > 0 ? asked : all.slice(0, firstCount);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('sensor') && this.sensor !== undefined) this.chosen = undefined;
    if (changed.has('window')) this.#askMarks();
    const now = Date.now();
    const width = Math.max(200, this.clientWidth || 600);
    for (const { description, trace } of this.#drawn) {
      let readings = this.#readings.get(description.sensor);
      if (readings === undefined) {
        readings = new Readings(description.sensor, () => this.requestUpdate());
        this.#readings.set(description.sensor, readings);
      }
      readings.show(this.window, trace, width, now);
    }
  }

  /** Marks of a window that rests, and a little beyond it. */
  #askMarks(): void {
    const { from, to } = this.window;
    const known = this.#marked;
    if (known && known.from <= from && known.to >= to - minuteMs) return;
    const length = to - from;
    this.#marked = { from: from - length / 2, to: to + length / 2, follows: false };
    const asked = this.#marked;
    clearTimeout(this.#askTimer);
    this.#askTimer = setTimeout(() => {
      this.#asking?.abort();
      const asking = new AbortController();
      this.#asking = asking;
      const query = { from: asked.from, to: asked.to, limit: maxMarks, types: [], severities: [] };
      askEvents(query, asking.signal).then(
        (events) => {
          if (events !== undefined && !asking.signal.aborted) this.events = events;
        },
        () => undefined, // it never rejects
      );
    }, 150);
  }

  #move(share: number): void {
    const { from, to } = this.window;
    this.window = moved(this.window, share * (to - from), Date.now());
  }

  #zoom(factor: number, at: number): void {
    const { from, to } = this.window;
    this.window = zoomed(this.window, factor, from + at * (to - from), Date.now());
  }

  protected override render(): unknown {
    const all = [...this.situation.sensors.values()];
    if (all.length === 0) return html`<p>${strings.noSensors}</p>`;
    const zone = ownZone();
    const drawn = this.#drawn;
    return html`
      <h2 class="visually-hidden">${strings.charts}</h2>
      ${all.length > 1 ? this.#choice(all, drawn) : nothing} ${this.#tools()}
      <div class="charts">
        ${repeat(
          drawn,
          ({ description }) => description.sensor,
          ({ description }) => html`<vedette-chart
            data-sensor=${description.sensor}
            .description=${description}
            .columns=${this.#readings.get(description.sensor)?.columns}
            .window=${this.window}
            .events=${this.events}
            .zone=${this.zone}
            @move-window=${(event: CustomEvent<number>) => this.#move(event.detail)}
            @zoom-window=${(event: CustomEvent<{ factor: number; at: number }>) =>
              this.#zoom(event.detail.factor, event.detail.at)}
          ></vedette-chart>`,
        )}
      </div>
      <p class="zone">${
        this.zone === undefined || this.zone === zone
          ? strings.zoneSame(zone)
          : strings.zoneOther(zone, this.zone)
      }. ${strings.chartHint}</p>
      ${this.#eventList()}
    `;
  }

  #choice(all: readonly SensorView[], drawn: readonly SensorView[]): unknown {
    const names = drawn.map(({ description }) => description.sensor);
    return html`<fieldset>
      <legend class="visually-hidden">${strings.chooseSensors}</legend>
      ${all.map(({ description: { sensor, title } }) => {
        const on = names.includes(sensor);
        return html`<button class="chip" aria-pressed=${on} @click=${() => {
          this.chosen = on ? names.filter((each) => each !== sensor) : [...names, sensor];
        }}>${title}</button>`;
      })}
    </fieldset>`;
  }

  #tools(): unknown {
    const { window } = this;
    const length = window.to - window.from;
    const button = (words: string, sign: unknown, act: () => void): unknown =>
      html`<button class="tool" aria-label=${words} title=${words} @click=${act}>${sign}</button>`;
    return html`<div class="tools" role="group" aria-label=${strings.range}>
      <select aria-label=${strings.range} @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        if (value !== '') this.window = lastOf(Number(value), Date.now());
      }}>
        ${ranges.some(({ lengthMs }) => lengthMs === length) ? nothing : html`<option value="" selected>${spanWords(window)}</option>`}
        ${ranges.map(
          ({ lengthMs, words }) =>
            html`<option value=${lengthMs} .selected=${lengthMs === length}>${words}</option>`,
        )}
      </select>
      ${button(strings.earlierInTime, icons.earlier, () => this.#move(-0.5))}
      ${button(strings.laterInTime, icons.later, () => this.#move(0.5))}
      ${button(strings.zoomOut, icons.minus, () => this.#zoom(2, 0.5))}
      ${button(strings.zoomIn, icons.plus, () => this.#zoom(0.5, 0.5))}
      ${
        window.follows
          ? nothing
          : html`<button class="outlined" @click=${() => {
              this.window = lastOf(length, Date.now());
            }}>${strings.follow}</button>`
      }
    </div>`;
  }

  #eventList(): unknown {
    const { from, to } = this.window;
    const shown = this.events
      .filter(({ time }) => time >= from && time <= to)
      .sort((a, b) => b.time - a.time)
      .slice(0, 8);
    if (shown.length === 0) return nothing;
    return html`<section aria-label=${strings.chartEvents}>
      <h3>${strings.chartEvents}</h3>
      <ul>
        ${shown.map(
          ({ id, type, severity, title, time }) => html`<li>
            <button data-severity=${severity} @click=${() =>
              this.dispatchEvent(new CustomEvent('show-event', { detail: id }))}>
              ${eventIcons[type]} <time>${to - from > 86_400_000 ? dayTime(time) : clockTime(time)}</time> ${title}
            </button>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      fieldset,
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--unit);
        min-width: 0;
        margin: 0 0 var(--unit);
        padding: 0;
        border: 0;
      }
      .chip {
        padding: 0 calc(var(--unit) * 1.5);
        font-size: 0.875rem;
        box-shadow: inset 0 0 0 1px var(--line);
      }
      .chip[aria-pressed='true'] {
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
      }
      .tool:hover {
        background: color-mix(in srgb, currentColor 10%, transparent);
      }
      .charts {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--unit);
      }
      .zone {
        margin: var(--unit) 0;
        font-size: 0.8125rem;
        color: var(--ink-soft);
      }
      h3 {
        margin: 0;
        font-size: 0.875rem;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li button {
        justify-content: start;
        width: 100%;
        border-radius: 8px;
        text-align: left;
      }
      li button:hover {
        background: color-mix(in srgb, currentColor 10%, transparent);
      }
      li svg {
        width: 18px;
        height: 18px;
      }
      [data-severity='warning'] svg {
        color: var(--warn);
      }
      [data-severity='critical'] svg {
        color: var(--live);
      }
      time {
        color: var(--ink-soft);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];
}

const spanWords = ({ from, to }: ChartWindow): string => `${dayTime(from)} – ${dayTime(to)}`;

define('vedette-charts', VedetteCharts);
