/**
 * `<vedette-live src="https://device.example/whep/front-door" token="…">`: a feed in any other page, by one script tag.
 * It patches nothing of the page it lives in, and shows no picture as live that is not.
 */
import './strict-csp.ts';
import { css, html, LitElement, nothing } from 'lit';
import type { FeedStatus } from '../protocol/events.ts';
import { define } from './components/define.ts';
import { icons } from './components/icons.ts';
import { shared, theme } from './components/theme.ts';
import './components/vedette-picture.ts';
import type { VedettePicture } from './components/vedette-picture.ts';
import { type Connection, idleConnection } from './connection.ts';
import { Connector } from './connector.ts';
import type { Picture } from './liveness.ts';
import type { FeedMedia } from './peer.ts';
import { strings } from './strings.ts';
import { WhepCarrier } from './whep-carrier.ts';

/**
 * @attr src the feed's WHEP address
 * @attr token bearer token with the scopes `view` and `listen`
 * @attr data-state set by the element: the state of the picture, `live` or what is the case instead
 * @fires vedette-state `{detail: {state: string}}` whenever that changes
 */
class VedetteLive extends LitElement {
  static override properties = {
    src: {},
    token: {},
    muted: { state: true },
    connection: { state: true },
    status: { state: true },
    media: { state: true },
    picture: { state: true },
  };
  declare src: string | undefined;
  declare token: string | undefined;
  declare muted: boolean;
  declare connection: Connection;
  declare status: FeedStatus | undefined;
  declare media: FeedMedia | undefined;
  declare picture: Picture | undefined;

  #connector: Connector | undefined;

  constructor() {
    super();
    this.muted = true;
    this.connection = idleConnection;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pagehide', this.#stop);
    this.#stop();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pagehide', this.#stop);
    if (this.hasUpdated) this.#connect();
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('src') || changed.has('token')) this.#connect();
  }

  readonly #stop = (): void => this.#connector?.stop();

  #connect(): void {
    this.#stop();
    const { src } = this;
    const endpoint = src ? URL.parse(src, document.baseURI) : null;
    if (!endpoint) return;
    const name = decodeURIComponent(endpoint.pathname.split('/').at(-1) ?? ''); // `/whep/<feed>`
    const carrier = new WhepCarrier(endpoint, this.token, {
      opened: (peer) => {
        this.media = peer.media[0];
        this.status = undefined;
      },
      message: (message) => {
        if (message.type === 'state') this.status = message.feeds.find(({ feed }) => feed === name);
        if (message.type === 'feed' && message.status.feed === name) this.status = message.status;
      },
    });
    this.#connector = new Connector(carrier, (connection) => {
      this.connection = connection;
    });
    this.#connector.start();
  }

  #pictureChanged(picture: Picture): void {
    this.picture = picture;
    this.dataset.state = picture.state;
    this.dispatchEvent(new CustomEvent('vedette-state', { detail: { state: picture.state } }));
  }

  #toggleSound(): void {
    this.muted = !this.muted;
    this.renderRoot.querySelector<VedettePicture>('vedette-picture')?.play();
  }

  protected override render(): unknown {
    const live = this.picture?.state === 'live';
    return html`
      <vedette-picture
        .connection=${this.connection}
        .status=${this.status}
        .media=${this.media}
        .muted=${this.muted}
        @picture-changed=${(event: CustomEvent<Picture>) => this.#pictureChanged(event.detail)}
      >
        ${live ? html`<p class="live"><span class="dot"></span>${strings.live}</p>` : nothing}
        <button class="sound" aria-label=${this.muted ? strings.tapForSound : strings.mute} @click=${() => this.#toggleSound()}>
          ${this.muted ? icons.soundOff : icons.soundOn} ${this.muted ? strings.tapForSound : nothing}
        </button>
      </vedette-picture>
    `;
  }

  static override styles = [
    theme,
    shared,
    css`
      :host {
        display: block;
      }
      .live,
      .sound {
        position: absolute;
        left: var(--unit);
        background: var(--scrim);
        color: var(--on-scrim);
        font-size: 0.875rem;
      }
      .live {
        top: var(--unit);
        display: flex;
        align-items: center;
        gap: var(--unit);
        margin: 0;
        padding: 4px 12px;
        border-radius: 16px;
        font-weight: 600;
      }
      .dot {
        width: 10px;
        height: 10px;
        border-radius: 50%;
        background: #ff6b62;
      }
      .sound {
        bottom: var(--unit);
        padding: 0 calc(var(--unit) * 1.5);
      }
    `,
  ];
}

define('vedette-live', VedetteLive);
