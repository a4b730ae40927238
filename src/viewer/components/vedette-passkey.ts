import { css, html, LitElement, nothing } from 'lit';
import { PasskeyBeginResult } from '../../protocol/request.ts';
import { browserLabel } from '../browser-label.ts';
import { makePasskey, passkeyTrouble } from '../passkey.ts';
import { refusalWords } from '../refusal-words.ts';
import type { RequestClient } from '../requests.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { shared } from './theme.ts';

/** A button that adds a passkey of whoever is here, or why this page cannot. */
export class VedettePasskey extends LitElement {
  static override properties = { send: { attribute: false }, busy: { state: true }, told: { state: true } };
  declare send: RequestClient['send'];
  declare busy: boolean;
  declare told: string | undefined;

  async #add(): Promise<void> {
    this.busy = true;
    this.told = await this.#added();
    this.busy = false;
  }

  async #added(): Promise<string> {
    const offered = await this.send({ type: 'passkey-begin' });
    if (offered.state === 'refused') return strings.passkeyNotAdded(refusalWords(offered));
    const offer = offered.state === 'done' ? PasskeyBeginResult.safeParse(offered.result).data : undefined;
    const made = offer && (await makePasskey(offer, document.title));
    if (!made) return strings.passkeyNotMade;
    const added = await this.send({ type: 'passkey-add', made, label: browserLabel(navigator.userAgent) });
    return added.state === 'refused' ? strings.passkeyNotAdded(refusalWords(added)) : strings.passkeyAdded;
  }

  protected override render(): unknown {
    const trouble = passkeyTrouble();
    return html`${
      trouble === undefined
        ? html`<button class="outlined" ?disabled=${this.busy} @click=${() => this.#add()}>${strings.passkeyAdd}</button>`
        : html`<p>${trouble === 'address' ? strings.passkeyNoAddress : strings.passkeyInsecure}</p>`
    }
    ${this.told === undefined ? nothing : html`<p role="status">${this.told}</p>`}`;
  }

  static override styles = [
    shared,
    css`
      p {
        margin: 0;
        font-size: 0.875rem;
      }
    `,
  ];
}

define('vedette-passkey', VedettePasskey);
