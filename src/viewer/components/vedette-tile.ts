import { css, html, LitElement, nothing, svg } from 'lit';
import { Pace } from '../pace.ts';
import type { SensorView, Situation } from '../situation.ts';
import { decimal, lengthOf, strings, valueWords } from '../strings.ts';
import { type Tile, tileOf } from '../tile.ts';
import { sparkline } from '../trace.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/** As wide as high as the little line's box counts; it stretches to the tile. */
const lineWidth = 100;
const lineHeight = 24;
/** Steps of a slider from end to end. */
const sliderSteps = 200;
/** A slider that is dragged says so no more often: the device hears only so much of a viewer. */
const sayEveryMs = 250;
/** So long after it was let go the slider follows the device again, which has heard of it by then. */
const settleMs = 1_000;

/** A sensor: its value, where it leads, how old it is, and where it stands to its limits. */
export class VedetteTile extends LitElement {
  static override properties = {
    view: { attribute: false },
    situation: { attribute: false },
    now: { attribute: false },
    connected: { type: Boolean },
    settable: { type: Boolean },
    charts: { type: Boolean },
    held: { state: true },
  };
  declare view: SensorView;
  declare situation: Situation;
  declare now: number;
  declare connected: boolean;
  declare settable: boolean;
  declare charts: boolean;
  /** What the slider is held at: what the device says meanwhile must not pull it away. */
  declare held: number | undefined;
  readonly #pace = new Pace<number>(sayEveryMs, (value) => this.#set(value));
  #settle: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#settle);
    this.#pace.stop();
    this.held = undefined;
  }

  protected override render(): unknown {
    const { description, trace } = this.view;
    const tile = tileOf(this.view, this.situation, this.connected, this.now);
    const value = tile.value === undefined ? undefined : valueWords(tile.value, description);
    const said = [description.title, value ?? strings.waitingForValue, this.#note(tile)]
      .filter((part) => part !== undefined)
      .join(', ');
    return html`
      <div class="tile" data-level=${tile.level}>
        <h3>${description.title}</h3>
        <p class="value">${
          tile.value === undefined
            ? html`<span class="none">–</span>`
            : description.type === 'boolean'
              ? value
              : html`${decimal(tile.value, description.decimals)}<span class="unit"> ${description.unit}</span>`
        }${tile.trend === undefined ? nothing : html`<span class="trend" title=${strings[tile.trend]}>${icons[tile.trend]}</span>`}</p>
        ${
          description.type === 'number'
            ? html`<svg class="line" viewBox="0 0 ${lineWidth} ${lineHeight}" preserveAspectRatio="none" aria-hidden="true">
              ${svg`<polyline points=${sparkline(trace, lineWidth, lineHeight)} vector-effect="non-scaling-stroke"></polyline>`}
            </svg>`
            : nothing
        }
        <p class="foot">
          <span class="note">${this.#note(tile) ?? nothing}</span>
          <span class="age">${this.#age(tile)}</span>
        </p>
        ${this.settable ? this.#slider(tile) : nothing}
        ${
          this.charts
            ? html`<button
              class="open"
              aria-label=${`${said}. ${strings.showChart(description.title)}`}
              @click=${() => this.#fire('chart', description.sensor)}
            ></button>`
            : nothing
        }
      </div>
    `;
  }

  #note({ level, limit, fault }: Tile): string | undefined {
    const words = limit && valueWords(limit.value, this.view.description);
    switch (level) {
      case 'waiting':
        return strings.waitingForValue;
      case 'calm':
        return undefined;
      case 'near':
        return words && strings.nearLimit(words);
      case 'beyond':
        return limit && words ? strings[limit.side](words) : strings.inAlarm;
      case 'stale':
        return strings.staleValue;
      case 'fault':
        switch (fault?.reason) {
          case 'missing':
            return strings.faultMissing;
          case 'out-of-range':
            return strings.faultOutOfRange;
          case 'stuck':
            return strings.faultStuck;
          default:
            return strings.faultUnavailable;
        }
    }
  }

  #age({ ageMs }: Tile): string {
    if (ageMs === undefined) return '';
    return ageMs < 2_000 ? strings.now : strings.ago(lengthOf(ageMs));
  }

  #slider({ value }: Tile): unknown {
    const { title, type, range } = this.view.description;
    const [low, high] = range ?? [0, type === 'boolean' ? 1 : 100];
    const name = strings.setSensor(title);
    if (type === 'boolean') {
      return html`<button class="switch outlined" role="switch" aria-label=${name} aria-checked=${value === 1}
        @click=${() => this.#set(value === 1 ? 0 : 1)}>${value === 1 ? strings.on : strings.off}</button>`;
    }
    return html`<input
      type="range"
      aria-label=${name}
      min=${low}
      max=${high}
      step=${(high - low) / sliderSteps}
      .value=${String(this.held ?? value ?? low)}
      @input=${(event: Event) => {
        clearTimeout(this.#settle);
        this.held = (event.target as HTMLInputElement).valueAsNumber;
        this.#pace.offer(this.held);
      }}
      @change=${() => {
        this.#settle = setTimeout(() => {
          this.held = undefined;
        }, settleMs);
      }}
    />`;
  }

  #set(value: number): void {
    this.#fire('simulate', { sensor: this.view.description.sensor, value });
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        min-width: 0;
      }
      .tile {
        position: relative;
        display: flex;
        flex-direction: column;
        min-width: 0;
        padding: var(--unit) calc(var(--unit) * 1.5);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        --tone: var(--accent);
      }
      [data-level='near'] {
        --tone: var(--warn);
        border-color: var(--warn);
      }
      [data-level='beyond'] {
        --tone: var(--live);
        border-color: var(--live);
        box-shadow: inset 4px 0 0 var(--live);
      }
      [data-level='fault'],
      [data-level='stale'],
      [data-level='waiting'] {
        --tone: var(--ink-soft);
        border-style: dashed;
      }
      h3 {
        margin: 0;
        font-size: 0.8125rem;
        font-weight: 500;
        color: var(--ink-soft);
        overflow-wrap: anywhere;
      }
      .value {
        display: flex;
        align-items: baseline;
        margin: 0;
        font-size: 1.5rem;
        line-height: 1.25;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      [data-level='near'] .value,
      [data-level='near'] .note,
      [data-level='beyond'] .value,
      [data-level='beyond'] .note {
        color: var(--tone);
      }
      [data-level='fault'] .value,
      [data-level='stale'] .value,
      .none {
        color: var(--ink-soft);
        font-weight: 400;
      }
      .unit {
        font-size: 0.9375rem;
        font-weight: 400;
        white-space: pre;
      }
      .trend {
        margin-left: auto;
        align-self: center;
        line-height: 0;
        color: var(--ink-soft);
      }
      .trend svg {
        width: 18px;
        height: 18px;
      }
      .line {
        width: 100%;
        height: 24px;
        margin: 4px 0;
        overflow: visible;
        stroke: var(--tone);
        stroke-width: 1.5;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        column-gap: var(--unit);
        margin: auto 0 0;
        font-size: 0.75rem;
        color: var(--ink-soft);
      }
      .note {
        font-weight: 600;
      }
      .age {
        margin-left: auto;
        font-variant-numeric: tabular-nums;
      }
      .open {
        position: absolute;
        inset: 0;
        border-radius: var(--radius);
      }
      .open:hover {
        background: color-mix(in srgb, var(--ink) 6%, transparent);
      }
      input,
      .switch {
        position: relative;
        z-index: 1;
        width: 100%;
        margin: 0;
      }
      input {
        height: 32px;
      }
      .switch {
        margin-top: 4px;
      }
    `,
  ];
}

define('vedette-tile', VedetteTile);
