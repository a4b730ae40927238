import { css, html, LitElement, nothing } from 'lit';
import { type ConnectionStats, quality } from '../stats.ts';
import { decimal, strings } from '../strings.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/** One feed's row of the details. */
export interface BadgeFeed {
  readonly title: string;
  readonly track: string | undefined;
  readonly ageMs: number | undefined;
}

/** The connection in a word and three bars; its figures on tap. */
export class VedetteBadge extends LitElement {
  static override properties = {
    stats: { attribute: false },
    feeds: { attribute: false },
    open: { state: true },
  };
  declare stats: ConnectionStats | undefined;
  declare feeds: readonly BadgeFeed[];
  declare open: boolean;

  constructor() {
    super();
    this.feeds = [];
    this.open = false;
  }

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.open) return;
    this.open = false;
    this.renderRoot.querySelector('button')?.focus();
  };

  protected override render(): unknown {
    const { stats } = this;
    const route = stats?.route === undefined ? undefined : strings[stats.route];
    const codecs = [...new Set([...(stats?.feeds.values() ?? [])].flatMap(({ codec }) => codec ?? []))];
    const summary = [route, ...codecs].filter((part) => part !== undefined).join(' · ');
    return html`
      <div @keydown=${this.#escape}>
        <button
          aria-expanded=${this.open}
          aria-label=${`${strings.connection}: ${summary || strings.connecting}`}
          @click=${() => {
            this.open = !this.open;
          }}
        >
          <span class="summary">${summary}</span>${bars(stats ? quality(stats) : 0)}
        </button>
        ${this.open ? this.#details(route) : nothing}
      </div>
    `;
  }

  #details(route: string | undefined): unknown {
    const { stats } = this;
    return html`
      <section aria-label=${strings.connection}>
        <header>
          <h2>${strings.connection}</h2>
          <button aria-label=${strings.close} @click=${() => {
            this.open = false;
          }}>${icons.close}</button>
        </header>
        <dl>
          ${row(strings.route, route, 'route')}
          ${row(strings.bitrate, stats?.bitrateBps === undefined ? undefined : bitrate(stats.bitrateBps), 'bitrate')}
          ${row(strings.roundTrip, stats?.roundTripMs === undefined ? undefined : strings.ms(stats.roundTripMs), 'round-trip')}
          ${row(strings.loss, stats?.loss === undefined ? undefined : `${decimal(stats.loss * 100, 1)} %`, 'loss')}
        </dl>
        ${this.feeds.map((feed) => this.#feedDetails(feed))}
      </section>
    `;
  }

  #feedDetails({ title, track, ageMs }: BadgeFeed): unknown {
    const stats = track === undefined ? undefined : this.stats?.feeds.get(track);
    const size =
      stats?.width === undefined || stats.height === undefined
        ? undefined
        : strings.fps(stats.width, stats.height, Math.round(stats.framesPerSecond ?? 0));
    return html`
      ${this.feeds.length > 1 ? html`<h3>${title}</h3>` : nothing}
      <dl>
        ${row(strings.codec, stats?.codec, 'codec')}
        ${row(strings.picture, size, 'picture')}
        ${ageMs === undefined ? nothing : row(strings.pictureAge, strings.ms(ageMs), 'age')}
      </dl>
    `;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .summary {
        font-size: 0.875rem;
        color: var(--ink-soft);
      }
      @media (max-width: 599px) {
        .summary {
          display: none;
        }
      }
      .bars rect {
        stroke: none;
        fill: currentColor;
        opacity: 0.28;
      }
      .bars rect[data-on] {
        opacity: 1;
      }
      section {
        position: absolute;
        z-index: 2;
        right: var(--unit);
        top: calc(100% + var(--unit));
        width: min(320px, 100vw - 2 * var(--unit));
        max-height: calc(100dvh - 80px);
        overflow-y: auto;
        padding: var(--unit) calc(var(--unit) * 2) calc(var(--unit) * 2);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        margin-right: calc(var(--unit) * -1.5);
      }
      h2,
      h3 {
        margin: 0;
        font-size: 1rem;
      }
      h3 {
        margin-top: calc(var(--unit) * 2);
        font-size: 0.875rem;
      }
      dl {
        margin: 0;
      }
      dl > div {
        display: flex;
        justify-content: space-between;
        gap: calc(var(--unit) * 2);
        padding: calc(var(--unit) / 2) 0;
      }
      dt {
        color: var(--ink-soft);
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
        text-align: right;
      }
    `,
  ];
}

const row = (name: string, value: string | undefined, key: string): unknown =>
  html`<div data-stat=${key}><dt>${name}</dt><dd>${value ?? strings.unknown}</dd></div>`;

/** From 1 Mbit/s on in megabits. */
const bitrate = (bps: number): string =>
  bps >= 1e6 ? strings.mbps(decimal(bps / 1e6, 1)) : strings.kbps(decimal(bps / 1e3, 0));

const bars = (count: number): unknown => html`
  <svg class="bars" viewBox="0 0 24 24" aria-hidden="true" data-bars=${count}>
    <rect x="4" y="14" width="4" height="6" rx="1" ?data-on=${count > 0}></rect>
    <rect x="10" y="9" width="4" height="11" rx="1" ?data-on=${count > 1}></rect>
    <rect x="16" y="4" width="4" height="16" rx="1" ?data-on=${count > 2}></rect>
  </svg>
`;

define('vedette-badge', VedetteBadge);
