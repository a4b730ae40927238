import { css, html, LitElement } from 'lit';
import { strings } from '../strings.ts';
import { Viewer } from '../viewer.ts';
import { shared, theme } from './theme.ts';
import './vedette-feed.ts';

/** The whole page: who is at the far end, its feeds, and the connection to it. */
export class VedettePage extends LitElement {
  readonly #viewer = new Viewer(() => this.requestUpdate());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#viewer.start().catch(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#viewer.stop();
  }

  protected override render(): unknown {
    const { feeds, connection, statuses, media, admission } = this.#viewer;
    if (admission?.type === 'unauthorized')
      return html`<main><h1>${strings.unauthorizedTitle}</h1><p>${strings.unauthorized}</p></main>`;
    return html`
      <main>
        ${feeds.map(
          (feed) => html`<vedette-feed
            data-feed=${feed.name}
            .feed=${feed}
            .connection=${connection}
            .status=${statuses.get(feed.name)}
            .media=${media.get(feed.name)}
          ></vedette-feed>`,
        )}
      </main>
    `;
  }

  static override styles = [theme, shared, css`:host { display: block; }`];
}
customElements.define('vedette-page', VedettePage);
