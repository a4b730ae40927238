import { css, html, LitElement, nothing } from 'lit';
import type { RingStatus } from '../../protocol/alarm.ts';
import type { ViewerMessage } from '../../protocol/events.ts';
import { clockTime, lengthOf, strings } from '../strings.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/**
 * Somebody at the door: who takes it, or what is said to them.
 * @fires say `{detail: ViewerMessage}` to be sent to the device
 */
export class VedetteRing extends LitElement {
  static override properties = {
    status: { attribute: false },
    control: { type: Boolean },
    large: { type: Boolean },
    now: { attribute: false },
  };
  declare status: RingStatus;
  /** Whether this person may answer. */
  declare control: boolean;
  declare large: boolean;
  declare now: number;

  protected override render(): unknown {
    const { ring, title, since, replies } = this.status;
    return html`
      <p class="kind">${icons.bell} ${strings.ringing}</p>
      <h2>${title}</h2>
      <p class="where">${strings.since(clockTime(since), lengthOf(this.now - since))}</p>
      ${
        this.control
          ? html`<div class="buttons">
            <button class="filled answer" @click=${() => this.#say({ type: 'answer', ring })}>${strings.answer}</button>
            <button class="outlined" @click=${() => this.#say({ type: 'decline', ring })}>${strings.decline}</button>
          </div>`
          : nothing
      }
      ${
        this.control && replies.length > 0
          ? html`<div class="replies" role="group" aria-label=${strings.readyReplies}>
            ${replies.map(
              ({ reply, title }) =>
                html`<button class="outlined" @click=${() => this.#say({ type: 'reply', ring, reply })}>${icons.message} ${title}</button>`,
            )}
          </div>`
          : nothing
      }
    `;
  }

  #say(message: ViewerMessage): void {
    this.dispatchEvent(new CustomEvent('say', { detail: message, bubbles: true, composed: true }));
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      p,
      h2 {
        margin: 0;
      }
      .kind {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 0.875rem;
        font-weight: 600;
        color: var(--accent);
      }
      .kind svg,
      .replies svg {
        width: 18px;
        height: 18px;
      }
      h2 {
        font-size: 1.5rem;
        line-height: 1.3;
        overflow-wrap: anywhere;
      }
      .where {
        color: var(--ink-soft);
        font-size: 0.875rem;
      }
      .buttons,
      .replies {
        display: flex;
        flex-wrap: wrap;
        gap: var(--unit);
        margin-top: calc(var(--unit) * 1.5);
      }
      .buttons button {
        flex: 1 1 120px;
        min-height: 56px;
        border-radius: 28px;
      }
    `,
  ];
}

define('vedette-ring', VedetteRing);
