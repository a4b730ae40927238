import { css, html, LitElement, nothing } from 'lit';
import type { PrivacyStatus } from '../../protocol/alarm.ts';
import type { ViewerMessage } from '../../protocol/events.ts';
import { lengthOf, strings } from '../strings.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/** For how long camera and microphone can be closed, minutes; undefined: until somebody ends it. */
const privacyMinutes = [30, 60, 480, undefined];

/**
 * What one seldom does: stand by, privacy mode, settings.
 * @fires standby `{detail: boolean}`
 * @fires say `{detail: ViewerMessage}` to be sent to the device
 * @fires settings
 */
export class VedetteMenu extends LitElement {
  static override properties = {
    looks: { type: Boolean },
    standby: { type: Boolean },
    privacy: { attribute: false },
    control: { type: Boolean },
    open: { state: true },
  };
  /** Whether this person may see the picture. */
  declare looks: boolean;
  declare standby: boolean;
  declare privacy: PrivacyStatus;
  /** Whether this person may close the camera. */
  declare control: boolean;
  declare open: boolean;

  constructor() {
    super();
    this.open = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pointerdown', this.#elsewhere);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pointerdown', this.#elsewhere);
  }

  readonly #elsewhere = (event: PointerEvent): void => {
    if (!event.composedPath().includes(this)) this.open = false;
  };

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.open) return;
    this.open = false;
    this.renderRoot.querySelector('button')?.focus();
  };

  #fire(type: string, detail?: unknown): void {
    this.open = false;
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #say(message: ViewerMessage): void {
    this.#fire('say', message);
  }

  protected override render(): unknown {
    return html`<div @keydown=${this.#escape}>
      <button aria-label=${strings.more} title=${strings.more} aria-expanded=${this.open} @click=${() => {
        this.open = !this.open;
      }}>${icons.more}</button>
      ${this.open ? this.#items() : nothing}
    </div>`;
  }

  #items(): unknown {
    return html`<section aria-label=${strings.more}>
      ${this.looks ? this.#standby() : nothing}
      ${this.control ? this.#privacy() : nothing}
      <button class="row" @click=${() => this.#fire('settings')}>${icons.settings} ${strings.settings}</button>
    </section>`;
  }

  #standby(): unknown {
    return html`<button class="row" @click=${() => this.#fire('standby', !this.standby)}>
      ${this.standby ? icons.live : icons.standby} ${this.standby ? strings.wake : strings.standby}
    </button>`;
  }

  #privacy(): unknown {
    if (this.privacy.on) {
      return html`<button class="row" @click=${() => this.#say({ type: 'privacy', on: false })}>
        ${icons.privacy} ${strings.privacyEnd}
      </button>`;
    }
    return html`<div class="privacy" role="group" aria-label=${strings.privacyFor}>
      <p>${icons.privacy} <span>${strings.privacy}<small>${strings.privacyFor}</small></span></p>
      <div class="lengths">
        ${privacyMinutes.map(
          (minutes) => html`<button class="outlined" @click=${() =>
            this.#say({ type: 'privacy', on: true, ...(minutes === undefined ? {} : { minutes }) })}>
            ${minutes === undefined ? strings.untilEnded : lengthOf(minutes * 60_000)}
          </button>`,
        )}
      </div>
    </div>`;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      section {
        position: absolute;
        z-index: 4;
        right: 0;
        top: calc(100% - 4px);
        width: min(320px, 100vw - 4 * var(--unit));
        padding: var(--unit);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      .row {
        width: 100%;
        justify-content: start;
        border-radius: 8px;
      }
      .row:hover {
        background: color-mix(in srgb, currentColor 10%, transparent);
      }
      .privacy {
        margin: var(--unit) 0;
        padding: var(--unit);
        border-block: 1px solid var(--line);
      }
      p {
        display: flex;
        gap: var(--unit);
        margin: 0 0 var(--unit);
      }
      small {
        display: block;
        color: var(--ink-soft);
        font-size: 0.8125rem;
      }
      .lengths {
        display: flex;
        flex-wrap: wrap;
        gap: var(--unit);
      }
      .lengths button {
        padding: 0 calc(var(--unit) * 1.5);
        font-weight: 500;
      }
    `,
  ];
}

define('vedette-menu', VedetteMenu);
