import { css, html, LitElement, nothing } from 'lit';
import type { AuditEntry } from '../../protocol/access.ts';
import { type Proof, prove } from '../proof.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/** The picture that an entry of the trail names, asked for when it is wanted and held to the hash in the trail. */
export class VedetteProof extends LitElement {
  static override properties = {
    entry: { attribute: false },
    proof: { state: true },
    asking: { state: true },
    url: { state: true },
  };
  declare entry: AuditEntry;
  declare proof: Proof | undefined;
  declare asking: boolean;
  /** Of the picture while it is shown. */
  declare url: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#hide();
  }

  async #show(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.proof = await prove(this.entry);
    this.asking = false;
    if (this.proof.state === 'true' && this.isConnected) this.url = URL.createObjectURL(this.proof.picture);
  }

  #hide(): void {
    if (this.url !== undefined) URL.revokeObjectURL(this.url);
    this.url = undefined;
    this.proof = undefined;
  }

  protected override render(): unknown {
    const { proof, url } = this;
    const shown = url !== undefined;
    return html`
      ${
        proof === undefined || shown || proof.state === 'failed'
          ? html`<button
              class="outlined"
              aria-expanded=${shown}
              aria-label=${`${shown ? strings.proofHide : strings.proofShow}: ${this.entry.title}`}
              ?disabled=${this.asking}
              @click=${() => (shown ? this.#hide() : this.#show())}
            >${icons.snapshot} ${shown ? strings.proofHide : strings.proofShow}</button>`
          : nothing
      }
      ${shown ? html`<img src=${url} alt=${strings.pictureOf(this.entry.title)} />` : nothing}
      <p role="status" data-proof=${proof?.state ?? 'none'}>${this.#words()}</p>
    `;
  }

  #words(): string {
    if (this.asking) return strings.loading;
    switch (this.proof?.state) {
      case undefined:
        return '';
      case 'true':
        return strings.proofTrue;
      case 'altered':
        return strings.proofAltered;
      case 'gone':
        return strings.proofGone;
      case 'failed':
        return strings.loadFailed;
    }
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      img {
        display: block;
        width: 100%;
        max-width: 640px;
        height: auto;
        margin-top: var(--unit);
        border-radius: 8px;
      }
      p {
        margin: 0;
        font-size: 0.875rem;
        color: var(--ink-soft);
      }
      [data-proof='altered'] {
        color: var(--live);
        font-weight: 600;
      }
    `,
  ];
}

define('vedette-proof', VedetteProof);
