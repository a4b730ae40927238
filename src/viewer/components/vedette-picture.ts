import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { FeedStatus } from '../../protocol/events.ts';
import type { Connection } from '../connection.ts';
import { FrameWatch } from '../frames.ts';
import { type Picture, pictureOf, samePicture } from '../liveness.ts';
import type { FeedMedia } from '../peer.ts';
import { leaveBareVideo } from '../screen.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { shared } from './theme.ts';
import { pictureWords } from './words.ts';

/** How often what is not an event is looked at: often enough that "2 s" means 2 s. */
const lookEveryMs = 250;

/**
 * A picture that never lies: while no frame under 2 s old is on the screen it dims, and says what is the case.
 * What is slotted lies over the picture. Fits itself into the box of its parent.
 * @fires picture-changed `{detail: Picture}`
 */
export class VedettePicture extends LitElement {
  static override properties = {
    connection: { attribute: false },
    status: { attribute: false },
    media: { attribute: false },
    muted: { type: Boolean },
    picture: { state: true },
    blocked: { state: true },
  };
  declare connection: Connection;
  declare status: FeedStatus | undefined;
  declare media: Pick<FeedMedia, 'video' | 'audio'> | undefined;
  declare muted: boolean;
  declare picture: Picture;
  /** The browser plays nothing before a tap (a phone that saves power). */
  declare blocked: boolean;

  #frames: FrameWatch | undefined;
  #look: ReturnType<typeof setInterval> | undefined;
  #attached: VedettePicture['media'];

  constructor() {
    super();
    this.muted = true;
    this.blocked = false;
    this.picture = { state: 'connecting', since: Date.now(), down: undefined };
  }

  get video(): HTMLVideoElement | undefined {
    return this.renderRoot?.querySelector('video') ?? undefined;
  }

  /** The age of the newest picture on the screen, ms, where it is known. */
  get ageMs(): number | undefined {
    return this.picture.state === 'live' ? this.#frames?.ageMs : undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#look = setInterval(this.#update, lookEveryMs);
    this.#frames?.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#look);
    this.#frames?.stop();
  }

  /** Plays what is attached; called from a tap, it may sound. */
  play(): void {
    this.video?.play().then(
      () => {
        this.blocked = false;
      },
      (error: unknown) => {
        this.blocked = error instanceof DOMException && error.name === 'NotAllowedError';
      },
    );
  }

  protected override firstUpdated(): void {
    const { video } = this;
    if (!video) return;
    this.#frames = new FrameWatch(video, () => {
      if (this.picture.state !== 'live') this.#update();
    });
    this.#frames.start();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('media') || changed.has('connection')) this.#attach();
    if (changed.has('connection') || changed.has('status')) this.#update();
  }

  /** A new session's tracks replace the old ones once it stands, so that the last picture stays, dimmed, till then. */
  #attach(): void {
    const { video, media } = this;
    if (!video || !media || this.#attached === media) return;
    if (this.#attached && this.connection.phase !== 'connected') return;
    video.srcObject = new MediaStream(media.audio ? [media.video, media.audio] : [media.video]);
    this.#attached = media;
    this.play();
  }

  readonly #update = (): void => {
    this.#frames?.poll();
    const picture = pictureOf({
      connection: this.connection,
      status: this.status,
      lastFrameAt: this.#frames?.lastFrameAt,
      now: Date.now(),
    });
    if (samePicture(picture, this.picture)) return;
    this.picture = picture;
    if (picture.state !== 'live' && this.video) leaveBareVideo(this.video);
    this.dispatchEvent(new CustomEvent('picture-changed', { detail: picture }));
  };

  /** The box takes the picture's shape; set as a style property, which a strict CSP allows. */
  readonly #shape = (): void => {
    const { video } = this;
    if (!video?.videoWidth) return;
    this.style.setProperty('--ratio', (video.videoWidth / video.videoHeight).toFixed(4));
  };

  protected override render(): unknown {
    const { picture } = this;
    const live = picture.state === 'live';
    const words = pictureWords(picture);
    return html`
      <video
        autoplay
        playsinline
        disableremoteplayback
        data-live=${live}
        .muted=${this.muted}
        @resize=${this.#shape}
        @loadedmetadata=${this.#shape}
      ></video>
      ${
        live
          ? nothing
          : html`<div class="cover" data-closed=${picture.state === 'standby' || picture.state === 'private'}>
            <p class="line">${words.line}</p>
            ${words.more ? html`<p class="more">${words.more}</p>` : nothing}
            <slot name="cure"></slot>
            ${this.blocked ? html`<button @click=${() => this.play()}>${strings.tapForPicture}</button>` : nothing}
          </div>`
      }
      <slot></slot>
    `;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        position: relative;
        overflow: hidden;
        aspect-ratio: var(--ratio, 1.7778);
        background: #05070a;
        color: var(--on-scrim);
        border-radius: var(--picture-radius, var(--radius));
      }
      video {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      video[data-live='false'] {
        filter: grayscale(1) brightness(0.3);
      }
      @media (prefers-reduced-motion: no-preference) {
        video {
          transition: filter 200ms;
        }
      }
      .cover {
        position: absolute;
        inset: 0;
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        gap: var(--unit);
        padding: calc(var(--unit) * 2);
        text-align: center;
      }
      /* The last picture must not be seen under it. */
      .cover[data-closed='true'] {
        background: #05070a;
      }
      .cover p {
        margin: 0;
        max-width: 44ch;
        text-wrap: balance;
      }
      .line {
        font-weight: 600;
      }
      .more {
        font-size: 0.875rem;
        color: #c3ccd6;
      }
      .cover button {
        position: relative;
        z-index: 2;
        padding: 0 calc(var(--unit) * 2);
        background: var(--on-scrim);
        color: #10161d;
      }
    `,
  ];
}
define('vedette-picture', VedettePicture);
