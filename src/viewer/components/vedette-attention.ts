import { css, html, LitElement, nothing } from 'lit';
import type { FeedStatus } from '../../protocol/events.ts';
import type { Call } from '../attention.ts';
import type { Connection } from '../connection.ts';
import type { FeedMedia } from '../peer.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { callStyles } from './dialog-styles.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';
import './vedette-alarm.ts';
import './vedette-picture.ts';
import './vedette-ring.ts';

/** The picture that belongs to a call. */
export interface CallPicture {
  readonly status: FeedStatus | undefined;
  readonly media: FeedMedia | undefined;
}

/**
 * Alarms and rings over everything else: the picture first, then what, where and since when.
 * @fires aside `{detail: readonly string[]}` ids of the calls that were put aside
 */
export class VedetteAttention extends LitElement {
  static override properties = {
    calls: { attribute: false },
    picture: { attribute: false },
    connection: { attribute: false },
    placeOf: { attribute: false },
    control: { type: Boolean },
    blocked: { type: Boolean },
    now: { attribute: false },
  };
  declare calls: readonly Call[];
  /** Of the first call; undefined where it has none. */
  declare picture: CallPicture | undefined;
  declare connection: Connection;
  /** Where a call is, in words. */
  declare placeOf: (call: Call) => string | undefined;
  declare control: boolean;
  /** The browser lets the bell not sound before a tap. */
  declare blocked: boolean;
  declare now: number;

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  protected override updated(): void {
    const dialog = this.#dialog;
    if (!dialog) return;
    if (this.calls.length > 0 && !dialog.open) {
      dialog.showModal();
      dialog.focus(); // not its first button: whoever is typing as it opens must not press it
    }
    if (this.calls.length === 0 && dialog.open) dialog.close();
  }

  readonly #aside = (event: Event): void => {
    event.preventDefault(); // it closes when its calls are gone
    const detail = this.calls.map(({ id }) => id);
    this.dispatchEvent(new CustomEvent('aside', { detail }));
  };

  protected override render(): unknown {
    const [first, ...others] = this.calls;
    return html`<dialog
      role="alertdialog"
      tabindex="-1"
      aria-labelledby="what"
      data-kind=${this.calls.find(({ kind }) => kind === 'alarm')?.kind ?? first?.kind ?? 'none'}
      @cancel=${this.#aside}
    >
      ${first === undefined ? nothing : this.#body(first, others)}
    </dialog>`;
  }

  #body(first: Call, others: readonly Call[]): unknown {
    const { picture } = this;
    return html`
      ${
        picture === undefined
          ? nothing
          : html`<div class="stage"><vedette-picture
            .connection=${this.connection}
            .status=${picture.status}
            .media=${picture.media}
            .muted=${true}
          ></vedette-picture></div>`
      }
      <button class="close" aria-label=${strings.close} title=${strings.close} @click=${this.#aside}>${icons.close}</button>
      <div class="words">
        <p id="what" class="visually-hidden" aria-live="assertive">${this.calls.map((call) => this.#said(call)).join('. ')}</p>
        ${this.#card(first, true)}
        ${this.blocked ? html`<p class="blocked">${icons.soundOff} ${strings.tapForBell}</p>` : nothing}
        ${others.map((call) => html`<div class="other">${this.#card(call, false)}</div>`)}
      </div>
    `;
  }

  #said({ kind, status }: Call): string {
    return kind === 'ring'
      ? `${strings.ringing}: ${status.title}`
      : `${strings[status.severity]}: ${status.title}`;
  }

  #card(call: Call, large: boolean): unknown {
    return call.kind === 'ring'
      ? html`<vedette-ring .status=${call.status} .now=${this.now} ?control=${this.control} ?large=${large}></vedette-ring>`
      : html`<vedette-alarm
        .status=${call.status}
        .now=${this.now}
        .place=${this.placeOf(call)}
        ?control=${this.control}
        ?large=${large}
      ></vedette-alarm>`;
  }

  static override styles = [
    shared,
    callStyles,
    css`
      dialog {
        width: min(720px, 100vw - 2 * var(--unit));
        max-width: none;
      }
      dialog[data-kind='alarm'] {
        border-color: var(--live);
      }
      .stage {
        display: grid;
        place-items: center;
        background: #05070a;
      }
      vedette-picture {
        --picture-radius: 0;
        width: min(100%, 56dvh * var(--ratio, 1.7778));
      }
      .words {
        display: grid;
        gap: calc(var(--unit) * 2);
        padding: calc(var(--unit) * 2);
      }
      .blocked {
        display: flex;
        gap: var(--unit);
        margin: 0;
        font-size: 0.875rem;
        color: var(--ink-soft);
      }
      .other {
        padding-top: calc(var(--unit) * 2);
        border-top: 1px solid var(--line);
      }
    `,
  ];
}

define('vedette-attention', VedetteAttention);
