import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { SecondStepNeed } from '../../protocol/second-step.ts';
import { isUsable, usePasskey } from '../passkey.ts';
import type { RequestClient } from '../requests.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { shared } from './theme.ts';

/** What an unlock still waits for, as whoever asked sees it; a passkey is asked for at once. */
export class VedetteSecondStep extends LitElement {
  static override properties = {
    need: { attribute: false },
    request: { attribute: false },
    lock: { attribute: false },
    send: { attribute: false },
    now: { attribute: false },
    asking: { state: true },
  };
  declare need: SecondStepNeed;
  /** The id of the unlock. */
  declare request: string;
  declare lock: string;
  declare send: RequestClient['send'];
  declare now: number;
  /** The browser's dialog is open, or the proof is on its way. */
  declare asking: boolean;

  protected override firstUpdated(_: PropertyValues<this>): void {
    void this.#verify();
  }

  async #verify(): Promise<void> {
    const { need, request, lock } = this;
    if (need.kind !== 'passkey' || this.asking) return;
    this.asking = true;
    const assertion = await usePasskey(need);
    // What comes of it is told where the unlock is.
    if (assertion) await this.send({ type: 'prove', of: request, lock, assertion });
    this.asking = false;
  }

  protected override render(): unknown {
    const { need } = this;
    const left = Math.max(0, Math.ceil((need.until - this.now) / 1_000));
    const words =
      need.kind === 'person'
        ? strings.needsPerson
        : isUsable(need)
          ? strings.needsPasskey
          : strings.passkeyElsewhere(need.passkeys.map(({ rpId }) => rpId).join(', '));
    return html`<p><span role="status">${words}</span> ${strings.timeLeft(left)}</p>
      ${
        need.kind === 'passkey' && isUsable(need)
          ? html`<button class="filled" ?disabled=${this.asking} @click=${() => this.#verify()}>${strings.passkeyUse}</button>`
          : nothing
      }`;
  }

  static override styles = [
    shared,
    css`
      p {
        margin: 0 0 var(--unit);
        font-size: 0.875rem;
      }
    `,
  ];
}

define('vedette-second-step', VedetteSecondStep);
