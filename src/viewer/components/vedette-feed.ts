import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { FeedStatus } from '../../protocol/events.ts';
import type { FeedDescription } from '../../protocol/signaling.ts';
import type { Connection } from '../connection.ts';
import { FrameWatch } from '../frames.ts';
import { type Picture, pictureOf } from '../liveness.ts';
import type { FeedMedia } from '../peer.ts';
import { download, snapshotName, takeSnapshot } from '../snapshot.ts';
import { strings } from '../strings.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';
import { pictureWords } from './words.ts';

/** How often what is not an event is looked at: often enough that "2 s" means 2 s. */
const lookEveryMs = 250;

/**
 * One feed: its picture, the truth about it, and what one can do with it.
 * @fires announce `{detail: string}` to be said to the reader
 * @fires grow when the picture itself was tapped
 * @fires picture-changed `{detail: Picture}`
 */
export class VedetteFeed extends LitElement {
  static override properties = {
    feed: { attribute: false },
    connection: { attribute: false },
    status: { attribute: false },
    media: { attribute: false },
    growable: { type: Boolean },
    grown: { type: Boolean, reflect: true },
    single: { type: Boolean, reflect: true },
    picture: { state: true },
    muted: { state: true },
    fullscreen: { state: true },
  };
  declare feed: FeedDescription;
  declare connection: Connection;
  declare status: FeedStatus | undefined;
  declare media: FeedMedia | undefined;
  declare growable: boolean;
  declare grown: boolean;
  declare single: boolean;
  declare picture: Picture;
  declare muted: boolean;
  declare fullscreen: boolean;

  #frames: FrameWatch | undefined;
  #look: ReturnType<typeof setInterval> | undefined;
  #attached: FeedMedia | undefined;

  constructor() {
    super();
    this.picture = { state: 'connecting', since: Date.now() };
    this.muted = true;
    this.fullscreen = false;
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

  get #video(): HTMLVideoElement | null {
    return this.renderRoot.querySelector('video');
  }

  protected override firstUpdated(): void {
    const video = this.#video;
    if (!video) return;
    this.#frames = new FrameWatch(video, () => {
      if (this.picture.state !== 'live') this.#update();
    });
    this.#frames.start();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('media') || changed.has('connection')) this.#attach();
    if (changed.has('connection') || changed.has('status')) this.#update();
  }

  /** A new session's tracks replace the old ones once they carry something, so that the dimmed last picture stays. */
  #attach(): void {
    const video = this.#video;
    if (!video || !this.media || this.#attached === this.media) return;
    if (this.#attached && this.connection.phase !== 'connected') return;
    const { video: picture, audio } = this.media;
    video.srcObject = new MediaStream(audio ? [picture, audio] : [picture]);
    this.#attached = this.media;
    this.#play();
  }

  #play(): void {
    this.#video?.play().catch(() => undefined); // refused until a tap: the next one tries again
  }

  readonly #update = (): void => {
    this.#frames?.poll();
    const picture = pictureOf({
      connection: this.connection,
      status: this.status,
      lastFrameAt: this.#frames?.lastFrameAt,
      now: Date.now(),
    });
    if (JSON.stringify(picture) === JSON.stringify(this.picture)) return;
    this.picture = picture;
    this.dispatchEvent(new CustomEvent('picture-changed', { detail: picture }));
  };

  #toggleSound(): void {
    this.muted = !this.muted;
    this.#play();
  }

  async #snapshot(): Promise<void> {
    const video = this.#video;
    const picture = video ? await takeSnapshot(video) : undefined;
    if (!picture) return;
    const name = snapshotName(this.feed.name, new Date());
    download(picture, name);
    this.dispatchEvent(new CustomEvent('announce', { detail: strings.snapshotTaken(name) }));
  }

  protected override render(): unknown {
    const live = this.picture.state === 'live';
    const words = pictureWords(this.picture);
    return html`
      <div class="stage">
        <div class="frame" data-state=${this.picture.state}>
          <video autoplay playsinline .muted=${this.muted}></video>
          ${live ? nothing : html`<div class="cover"><p>${words.line}</p>${words.more ? html`<p class="more">${words.more}</p>` : nothing}</div>`}
        </div>
      </div>
      <div class="bar">
        ${
          this.feed.audio
            ? html`<button @click=${() => this.#toggleSound()} aria-pressed=${this.muted ? 'false' : 'true'}>
              ${this.muted ? icons.soundOff : icons.soundOn} ${this.muted ? strings.tapForSound : strings.soundOn}
            </button>`
            : nothing
        }
        <button ?disabled=${!live} @click=${() => this.#snapshot()} aria-label=${strings.snapshot}>${icons.snapshot}</button>
      </div>
    `;
  }

  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; }
      video { width: 100%; display: block; }
      .frame { position: relative; }
      .frame:not([data-state='live']) video { filter: grayscale(1) brightness(0.35); }
      .cover { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; }
    `,
  ];
}
customElements.define('vedette-feed', VedetteFeed);
