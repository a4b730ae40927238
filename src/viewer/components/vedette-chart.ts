import { css, html, LitElement, type PropertyValues, unsafeCSS } from 'lit';
import uPlot from 'uplot';
import uplotStyles from 'uplot/dist/uPlot.min.css?inline';
import type { DeviceEvent } from '../../protocol/alarm.ts';
import type { SensorDescription } from '../../protocol/reading.ts';
import { listenToHand, listenToKeys } from '../chart-gestures.ts';
import { type ChartColours, coloursOf, drawEvents, drawLimits } from '../chart-marks.ts';
import { type Columns, heightOf, summaryOf } from '../chart-points.ts';
import type { ChartWindow } from '../chart-window.ts';
import { clockSeconds, clockTime, dayTime, ownZone, strings, timeIn, valueWords } from '../strings.ts';
import { define } from './define.ts';
import { shared } from './theme.ts';

const chartHeight = 220;
const narrowHeight = 180;
/** Ticks closer than a minute are told with seconds, closer than a day with the time of day. */
const minuteSeconds = 60;
const daySeconds = 86_400;

/**
 * The readings of one sensor over a stretch of time, with its limits and the events in it.
 * @fires move-window `{detail: number}` part of the window, positive is later
 * @fires zoom-window `{detail: {factor, at}}` `at` from 0 to 1
 */
export class VedetteChart extends LitElement {
  static override properties = {
    description: { attribute: false },
    columns: { attribute: false },
    window: { attribute: false },
    events: { attribute: false },
    zone: {},
    pointed: { state: true },
  };
  declare description: SensorDescription;
  declare columns: Columns;
  declare window: ChartWindow;
  declare events: readonly DeviceEvent[];
  /** The device's zone. */
  declare zone: string | undefined;
  /** What the pointer is at. */
  declare pointed: number | null | undefined;

  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  #chart: uPlot | undefined;
  #colours: ChartColours | undefined;
  #sizes: ResizeObserver | undefined;
  #hand: AbortController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener('change', this.#anew);
    if (this.hasUpdated) this.#anew();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dark.removeEventListener('change', this.#anew);
    this.#end();
  }

  protected override firstUpdated(): void {
    this.#anew();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const chart = this.#chart;
    if (!chart || changed.size === 0 || (changed.size === 1 && changed.has('pointed'))) return;
    if (changed.has('columns')) chart.setData(dataOf(this.columns), false);
    chart.setScale('x', { min: this.window.from / 1000, max: this.window.to / 1000 });
  }

  get #place(): HTMLElement | null {
    return this.renderRoot.querySelector('.chart');
  }

  #end(): void {
    this.#hand?.abort();
    this.#sizes?.disconnect();
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  /** uPlot keeps colours from its start: another theme is another chart. */
  readonly #anew = (): void => {
    this.#end();
    const place = this.#place;
    if (!place) return;
    this.#colours = coloursOf(this);
    this.#chart = new uPlot(this.#options(this.#colours, place), dataOf(this.columns), place);
    this.#sizes = new ResizeObserver(() => this.#chart?.setSize(sizeOf(place)));
    this.#sizes.observe(place);
    this.#hand = new AbortController();
    const { over } = this.#chart;
    const target = {
      move: (share: number) => this.#fire('move-window', share),
      zoom: (factor: number, at: number) => this.#fire('zoom-window', { factor, at }),
    };
    listenToHand(over, target, this.#hand.signal);
    listenToKeys(place, target, this.#hand.signal);
  };

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #options(colours: ChartColours, place: HTMLElement): uPlot.Options {
    const words = (value: number): string => valueWords(value, this.description);
    const axis = { stroke: colours.soft, font: '12px system-ui, sans-serif', ticks: { show: false } };
    const grid = { stroke: colours.line, width: 1 };
    return {
      ...sizeOf(place),
      ms: 1e-3,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, sync: { key: 'vedette' } },
      scales: {
        x: { time: true, range: () => [this.window.from / 1000, this.window.to / 1000] },
        y: { range: () => this.#height() },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          space: 76,
          values: (_, splits) =>
            splits.map((seconds, index) => tickWords(seconds, splits[index - 1], splits)),
        },
        {
          ...axis,
          grid,
          size: 52,
          values: (_, splits) =>
            splits.map((value) => (this.description.type === 'boolean' ? words(value) : plain(value))),
        },
      ],
      series: [
        {},
        { stroke: 'transparent', points: { show: false } },
        { stroke: colours.accent, width: 2, points: { size: 4 }, ...stepped(this.description) },
        { stroke: 'transparent', points: { show: false } },
      ],
      bands: [{ series: [3, 1], fill: `color-mix(in srgb, ${colours.accent} 25%, transparent)` }],
      hooks: {
        draw: [
          (chart) => {
            drawEvents(chart, this.events, colours);
            drawLimits(chart, this.description.limits, words, colours);
          },
        ],
        setCursor: [
          ({ cursor }) => {
            this.pointed = cursor.idx;
          },
        ],
      },
    };
  }

  /** Of what the window shows, so that an old peak out of sight presses nothing flat. */
  #height(): [number, number] {
    if (this.description.type === 'boolean') return [-0.1, 1.1];
    const { from, to } = this.window;
    const shown = summaryOf(this.columns, from, to);
    const limits = this.description.limits.map(({ value }) => value);
    const [low, high] = shown ? heightOf(shown.low, shown.high, limits) : (this.description.range ?? [0, 1]);
    return [low, high];
  }

  protected override render(): unknown {
    const { description, window } = this;
    const { title } = description;
    const shown = summaryOf(this.columns, window.from, window.to);
    const words = (value: number): string => valueWords(value, description);
    const said = shown
      ? strings.chartWords(title, words(shown.low), words(shown.high), words(shown.last))
      : `${title}: ${strings.chartEmpty}`;
    return html`
      <header>
        <h3>${title}</h3>
        <p class="pointed">${this.#pointedWords() ?? (shown ? words(shown.last) : strings.chartEmpty)}</p>
      </header>
      <div class="chart" role="img" tabindex="0" aria-label=${said} aria-describedby="hint"></div>
      <p id="hint" class="visually-hidden">${strings.chartHint}</p>
    `;
  }

  #pointedWords(): string | undefined {
    const { pointed, columns, description } = this;
    if (pointed === null || pointed === undefined) return undefined;
    const [seconds, least, mean, greatest] = [
      columns.times[pointed],
      columns.least[pointed],
      columns.mean[pointed],
      columns.greatest[pointed],
    ];
    if (seconds === undefined || mean === undefined || mean === null) return undefined;
    const words = (value: number): string => valueWords(value, description);
    const spread = least === greatest ? '' : ` (${words(least ?? mean)} – ${words(greatest ?? mean)})`;
    const there =
      this.zone === undefined || this.zone === ownZone() ? undefined : timeIn(seconds * 1000, this.zone);
    const time = `${dayTime(seconds * 1000)}${there === undefined ? '' : `, ${strings.deviceTime(there)}`}`;
    return `${time} · ${words(mean)}${spread}`;
  }

  static override styles = [
    shared,
    unsafeCSS(uplotStyles), // as an adopted style sheet the policy allows it
    css`
      :host {
        display: block;
        min-width: 0;
        padding: var(--unit) calc(var(--unit) * 1.5);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      header {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        column-gap: calc(var(--unit) * 2);
      }
      h3,
      p {
        margin: 0;
        font-size: 0.9375rem;
      }
      .pointed {
        color: var(--ink-soft);
        font-variant-numeric: tabular-nums;
      }
      .chart {
        height: ${chartHeight}px;
        overflow: hidden;
        border-radius: 8px;
      }
      @media (max-width: 599px) {
        .chart {
          height: ${narrowHeight}px;
        }
      }
      .u-over {
        cursor: grab;
        touch-action: pan-y;
      }
      .u-over:active {
        cursor: grabbing;
      }
    `,
  ];
}

const dataOf = ({ times, least, mean, greatest }: Columns): uPlot.AlignedData => [
  times,
  least,
  mean,
  greatest,
];

const sizeOf = (place: HTMLElement): { width: number; height: number } => ({
  width: Math.max(100, place.clientWidth),
  height: place.clientHeight || chartHeight,
});

/** A switch is on or off, never between. */
function stepped({ type }: SensorDescription): { paths?: uPlot.Series.PathBuilder } {
  const paths = type === 'boolean' ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return paths === undefined ? {} : { paths };
}

const plain = (value: number): string => Number(value.toPrecision(6)).toLocaleString();

/** A tick's time as exactly as its neighbours need, with the day where it changes. */
function tickWords(seconds: number, before: number | undefined, splits: readonly number[]): string {
  const step = (splits[1] ?? seconds) - (splits[0] ?? seconds);
  const ms = seconds * 1000;
  if (step >= daySeconds) return dayTime(ms).replace(/,? \d\d?:.*$/, '');
  const newDay = before !== undefined && new Date(before * 1000).getDate() !== new Date(ms).getDate();
  if (newDay) return dayTime(ms);
  return step < minuteSeconds ? clockSeconds(ms) : clockTime(ms);
}

define('vedette-chart', VedetteChart);
