import { css, html, LitElement, nothing } from 'lit';
import type { DeviceEvent } from '../../protocol/alarm.ts';
import { clipUrl, snapshotUrl } from '../history.ts';
import { clockSeconds, dayName, strings } from '../strings.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/**
 * An event's clip, or its picture, over the page. The browser asks for the clip in ranges, so that it begins at once and
 * can be gone through.
 * @fires close
 */
export class VedetteClip extends LitElement {
  static override properties = { event: { attribute: false }, failed: { state: true } };
  declare event: DeviceEvent;
  /** The browser cannot play it. */
  declare failed: boolean;

  constructor() {
    super();
    this.failed = false;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  protected override render(): unknown {
    const { event } = this;
    const { title, time, clip, snapshot } = event;
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <header>
        <h2 id="title">${title}<small>${dayName(time)}, ${clockSeconds(time)}</small></h2>
        <button aria-label=${strings.close} title=${strings.close} @click=${() => this.renderRoot.querySelector('dialog')?.close()}>${icons.close}</button>
      </header>
      ${
        clip === undefined || this.failed
          ? html`${this.failed ? html`<p role="alert">${strings.clipFailed}</p>` : nothing}
            ${snapshot ? html`<img src=${snapshotUrl(event)} alt=${strings.pictureOf(title)} />` : nothing}`
          : html`<video
            controls
            autoplay
            playsinline
            src=${clipUrl(clip)}
            poster=${snapshot ? snapshotUrl(event) : nothing}
            @error=${() => {
              this.failed = true;
            }}
          ></video>`
      }
      <footer>
        ${clip === undefined ? nothing : html`<a class="outlined" href="${clipUrl(clip)}?download" download=${clip}>${icons.download} ${strings.downloadClip}</a>`}
        ${snapshot ? html`<a class="outlined" href=${snapshotUrl(event)} download="${event.id}.jpg">${icons.download} ${strings.downloadPicture}</a>` : nothing}
      </footer>
    </dialog>`;
  }

  static override styles = [
    shared,
    css`
      dialog {
        width: min(960px, 100vw - 2 * var(--unit));
        max-width: none;
        max-height: calc(100dvh - 2 * var(--unit));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--ink);
      }
      dialog::backdrop {
        background: rgb(8 11 14 / 80%);
      }
      header,
      footer {
        display: flex;
        align-items: center;
        justify-content: space-between;
        flex-wrap: wrap;
        gap: var(--unit);
        padding: var(--unit) calc(var(--unit) * 2);
      }
      header {
        flex-wrap: nowrap;
      }
      footer {
        justify-content: start;
      }
      h2 {
        margin: 0;
        font-size: 1.0625rem;
        line-height: 1.3;
      }
      small {
        display: block;
        font-weight: 400;
        color: var(--ink-soft);
      }
      p {
        margin: calc(var(--unit) * 2);
      }
      video,
      img {
        display: block;
        width: 100%;
        max-height: calc(100dvh - 176px);
        object-fit: contain;
        background: #05070a;
      }
      a {
        display: inline-flex;
        align-items: center;
        gap: var(--unit);
        min-height: var(--target);
        border-radius: calc(var(--target) / 2);
        text-decoration: none;
      }
    `,
  ];
}

define('vedette-clip', VedetteClip);
