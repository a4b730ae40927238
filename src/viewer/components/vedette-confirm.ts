import { css, html, LitElement, nothing } from 'lit';
import type { LockStatus } from '../../protocol/lock.ts';
import type { Confirmation } from '../../protocol/second-step.ts';
import type { Connection } from '../connection.ts';
import type { RequestClient } from '../requests.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { callStyles } from './dialog-styles.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';
import type { CallPicture } from './vedette-attention.ts';
import './vedette-picture.ts';

/** Somebody else asks to open a lock that needs two people: who, which, the picture, and a button for each answer. */
export class VedetteConfirm extends LitElement {
  static override properties = {
    confirmations: { attribute: false },
    locks: { attribute: false },
    pictureOf: { attribute: false },
    connection: { attribute: false },
    send: { attribute: false },
    now: { attribute: false },
    seen: { state: true },
    busy: { state: true },
  };
  /** The oldest first. */
  declare confirmations: readonly Confirmation[];
  declare locks: ReadonlyMap<string, LockStatus>;
  /** What shows a feed, where it is here. */
  declare pictureOf: (feed: string) => CallPicture | undefined;
  declare connection: Connection;
  declare send: RequestClient['send'];
  declare now: number;
  /** Put aside here; others may answer them. */
  declare seen: ReadonlySet<string>;
  /** The one whose answer is under way. */
  declare busy: string | undefined;

  constructor() {
    super();
    this.seen = new Set();
  }

  get #first(): Confirmation | undefined {
    return this.confirmations.find(({ request }) => !this.seen.has(request));
  }

  protected override updated(): void {
    const dialog = this.renderRoot.querySelector('dialog');
    if (!dialog) return;
    const isAsked = this.#first !== undefined;
    if (isAsked && !dialog.open) {
      dialog.showModal();
      dialog.focus(); // not its first button: whoever is typing as it opens must not press it
    }
    if (!isAsked && dialog.open) dialog.close();
  }

  #aside(request: string): void {
    this.seen = new Set([...this.seen, request]);
  }

  async #answer({ request, lock }: Confirmation, allow: boolean): Promise<void> {
    this.busy = request;
    const receipt = await this.send({ type: 'confirm', of: request, lock, allow });
    this.busy = undefined;
    this.#aside(request);
    const said =
      receipt.state === 'refused'
        ? strings.refusedRequest(receipt.reason)
        : allow
          ? strings.confirmAllowed
          : strings.confirmDeclined;
    this.dispatchEvent(new CustomEvent('announce', { detail: said, bubbles: true, composed: true }));
  }

  protected override render(): unknown {
    const asked = this.#first;
    return html`<dialog
      role="alertdialog"
      tabindex="-1"
      aria-labelledby="what"
      @cancel=${(event: Event) => {
        event.preventDefault(); // it closes when there is nothing to answer
        if (asked) this.#aside(asked.request);
      }}
    >
      ${asked === undefined ? nothing : this.#body(asked)}
    </dialog>`;
  }

  #body(asked: Confirmation): unknown {
    const status = this.locks.get(asked.lock);
    const picture = status?.feed === undefined ? undefined : this.pictureOf(status.feed);
    const isBusy = this.busy === asked.request;
    return html`
      ${
        picture === undefined
          ? nothing
          : html`<vedette-picture
            .connection=${this.connection}
            .status=${picture.status}
            .media=${picture.media}
            .muted=${true}
          ></vedette-picture>`
      }
      <button class="close" aria-label=${strings.close} title=${strings.close}
        @click=${() => this.#aside(asked.request)}>${icons.close}</button>
      <div class="words">
        <h2 id="what">${strings.confirmAsked(asked.name, status?.title ?? asked.lock)}</h2>
        <p>${strings.confirmHint} ${strings.timeLeft(Math.max(0, Math.ceil((asked.until - this.now) / 1_000)))}</p>
        <p class="answers">
          <button class="filled" ?disabled=${isBusy} @click=${() => this.#answer(asked, true)}>${strings.confirmAllow}</button>
          <button class="outlined" ?disabled=${isBusy} @click=${() => this.#answer(asked, false)}>${strings.confirmDecline}</button>
        </p>
      </div>
    `;
  }

  static override styles = [
    shared,
    callStyles,
    css`
      dialog {
        width: min(560px, 100vw - 2 * var(--unit));
      }
      vedette-picture {
        --picture-radius: 0;
        width: 100%;
      }
      .words {
        padding: calc(var(--unit) * 2);
      }
      h2 {
        margin: 0 calc(var(--unit) * 5) 0 0;
        font-size: 1.25rem;
        overflow-wrap: anywhere;
      }
      .answers {
        display: flex;
        flex-wrap: wrap;
        gap: var(--unit);
        margin: 0;
      }
    `,
  ];
}

define('vedette-confirm', VedetteConfirm);
