import { css, html, LitElement, nothing } from 'lit';
import type { Situation } from '../situation.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { shared } from './theme.ts';
import './vedette-tile.ts';

/** Ages are in seconds. */
const lookEveryMs = 1_000;

/**
 * A tile for each sensor.
 * @fires chart `{detail: string}` the sensor whose chart is wanted
 * @fires simulate `{detail: {sensor, value}}`
 */
export class VedetteTiles extends LitElement {
  static override properties = {
    situation: { attribute: false },
    connected: { type: Boolean },
    settable: { type: Boolean },
    charts: { type: Boolean },
  };
  declare situation: Situation;
  declare connected: boolean;
  /** Whether this person may set simulated sensors. */
  declare settable: boolean;
  /** Whether there are charts to go to. */
  declare charts: boolean;
  #look: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#look = setInterval(() => this.requestUpdate(), lookEveryMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#look);
  }

  protected override render(): unknown {
    const { situation } = this;
    const now = Date.now();
    if (situation.sensors.size === 0) return nothing;
    return html`
      <h2 class="visually-hidden">${strings.sensors}</h2>
      <ul>
        ${[...situation.sensors.values()].map(
          (view) => html`<li>
            <vedette-tile
              data-sensor=${view.description.sensor}
              .view=${view}
              .situation=${situation}
              .now=${now}
              ?connected=${this.connected}
              ?settable=${this.settable && view.description.settable}
              ?charts=${this.charts}
            ></vedette-tile>
          </li>`,
        )}
      </ul>
    `;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(136px, 1fr));
        gap: var(--unit);
      }
      li {
        display: grid;
      }
    `,
  ];
}

define('vedette-tiles', VedetteTiles);
