import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { FeedStatus } from '../../protocol/events.ts';
import type { FeedDescription } from '../../protocol/signaling.ts';
import type { calledBy } from '../attention.ts';
import type { Connection } from '../connection.ts';
import type { Picture } from '../liveness.ts';
import type { FeedMedia } from '../peer.ts';
import { canFullscreen, canPictureInPicture, toggleFullscreen, togglePictureInPicture } from '../screen.ts';
import { download, snapshotName, takeSnapshot } from '../snapshot.ts';
import { dayTime, strings } from '../strings.ts';
import type { TalkLine } from '../talk-control.ts';
import { define } from './define.ts';
import { feedStyles } from './feed-styles.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';
import type { VedettePicture } from './vedette-picture.ts';
import type { VedetteTalk } from './vedette-talk.ts';
import './vedette-picture.ts';
import './vedette-talk.ts';

/** What of a feed the session allows. */
export interface FeedScopes {
  readonly listen: boolean;
  readonly talk: boolean;
  readonly snapshot: boolean;
  readonly control: boolean;
}

/**
 * One feed: its picture, and what one can do with it.
 * @fires announce `{detail: string}` to be said to the reader
 * @fires grow when the picture itself was tapped
 * @fires picture-changed `{detail: Picture}`
 * @fires standby `{detail: false}` when the picture is wanted
 * @fires say `{detail: ViewerMessage}` to be sent to the device
 */
export class VedetteFeed extends LitElement {
  static override properties = {
    feed: { attribute: false },
    connection: { attribute: false },
    status: { attribute: false },
    media: { attribute: false },
    session: { attribute: false },
    scopes: { attribute: false },
    refusal: { attribute: false },
    say: { attribute: false },
    httpsUrl: { attribute: false },
    calledBy: { attribute: false },
    privateUntil: { attribute: false },
    layout: { reflect: true },
    picture: { state: true },
    muted: { state: true },
    fullscreen: { state: true },
  };
  declare feed: FeedDescription;
  declare connection: Connection;
  declare status: FeedStatus | undefined;
  declare media: FeedMedia | undefined;
  declare session: string;
  declare scopes: FeedScopes;
  declare refusal: { readonly reason: string } | undefined;
  declare say: (on: boolean) => boolean;
  declare httpsUrl: string | undefined;
  /** When privacy mode ends by itself, wall time in ms. */
  declare privateUntil: number | undefined;
  /** Why the device shows it unasked. */
  declare calledBy: ReturnType<typeof calledBy>;
  /** Alone on the page, one of several, the one that was tapped, or a small one beside it. */
  declare layout: 'single' | 'tile' | 'grown' | 'thumbnail';
  declare picture: Picture;
  declare muted: boolean;
  declare fullscreen: boolean;

  #line: TalkLine | undefined;

  constructor() {
    super();
    this.picture = { state: 'connecting', since: Date.now(), down: undefined };
    this.muted = true;
    this.fullscreen = false;
    this.layout = 'single';
  }

  get #pictureElement(): VedettePicture | null {
    return this.renderRoot.querySelector('vedette-picture');
  }

  /** The age of the newest picture on the screen, ms, where it is known. */
  get ageMs(): number | undefined {
    return this.#pictureElement?.ageMs;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('fullscreenchange', this.#fullscreenChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('fullscreenchange', this.#fullscreenChanged);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('media') && !changed.has('session')) return;
    const sender = this.media?.talk;
    this.#line = sender && { session: this.session, sender, say: this.say };
  }

  readonly #fullscreenChanged = (): void => {
    this.fullscreen = this.matches(':fullscreen'); // the document names only the outermost host
  };

  /** A ring was answered here: the visitor is heard, and hears. */
  takeCall(): void {
    this.muted = false;
    this.#pictureElement?.play();
    this.renderRoot.querySelector<VedetteTalk>('vedette-talk')?.begin();
  }

  endCall(): void {
    this.renderRoot.querySelector<VedetteTalk>('vedette-talk')?.end();
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  #say(text: string): void {
    this.dispatchEvent(new CustomEvent('announce', { detail: text, bubbles: true, composed: true }));
  }

  #toggleSound(): void {
    this.muted = !this.muted;
    this.#pictureElement?.play();
    this.#say(this.muted ? strings.soundOff : strings.soundOn);
  }

  async #snapshot(): Promise<void> {
    const video = this.#pictureElement?.video;
    const picture = video ? await takeSnapshot(video) : undefined;
    if (!picture) return;
    const name = snapshotName(this.feed.name, new Date());
    download(picture, name);
    this.#say(strings.snapshotTaken(name));
  }

  /** A browser may refuse either for reasons of its own (no gesture, a policy); the page then stays as it is. */
  #screen(change: (video: HTMLVideoElement) => Promise<void>): void {
    const video = this.#pictureElement?.video;
    if (video) change(video).catch(() => undefined);
  }

  protected override render(): unknown {
    const { layout, picture, feed } = this;
    const several = layout !== 'single';
    return html`
      <div class="stage">
        <vedette-picture
          data-state=${picture.state}
          .connection=${this.connection}
          .status=${this.status}
          .media=${this.media}
          .muted=${this.muted}
          @picture-changed=${(event: CustomEvent<Picture>) => {
            this.picture = event.detail;
            this.dispatchEvent(new CustomEvent('picture-changed', { detail: event.detail }));
          }}
        >
          ${
            several || this.fullscreen
              ? html`<p class="name" data-live=${picture.state === 'live'}>
                <span class="dot"></span>
                ${picture.state === 'live' ? html`<span class="word">${strings.live}</span>` : nothing}
                <span>${feed.title}</span>
              </p>`
              : nothing
          }
          ${this.#cure()}
          ${this.#calledBy()}
          ${this.#someoneTalks() ? html`<p class="talker">${icons.microphone} ${strings.someoneTalks}</p>` : nothing}
        </vedette-picture>
        ${
          several && !this.fullscreen
            ? html`<button
              class="grow"
              aria-label=${layout === 'grown' ? strings.shrink : strings.grow(feed.title)}
              @click=${() => this.dispatchEvent(new CustomEvent('grow'))}
            ></button>`
            : nothing
        }
      </div>
      ${layout === 'thumbnail' ? nothing : this.#bar()}
    `;
  }

  /** What one can do where the picture is off on purpose. */
  #cure(): unknown {
    if (this.layout === 'thumbnail') return nothing;
    if (this.picture.state === 'standby') {
      return html`<button slot="cure" @click=${() => this.#fire('standby', false)}>${strings.wake}</button>`;
    }
    if (this.picture.state === 'private') {
      const until = this.privateUntil;
      return html`
        ${until === undefined ? nothing : html`<p slot="cure">${strings.privacyUntil(dayTime(until))}</p>`}
        ${this.scopes.control ? this.#endPrivacy() : nothing}
      `;
    }
    return nothing;
  }

  #endPrivacy(): unknown {
    return html`<button slot="cure" @click=${() => this.#fire('say', { type: 'privacy', on: false })}>
        ${strings.privacyEnd}
      </button>`;
  }

  /** Nobody sees, so nobody speaks. */
  #closed(): boolean {
    return this.picture.state === 'standby' || this.picture.state === 'private';
  }

  #calledBy(): unknown {
    const called = this.connection.phase === 'connected' && this.status?.flow === 'called';
    return called && this.calledBy !== undefined && this.layout !== 'thumbnail'
      ? html`<p class="called">${this.calledBy.kind === 'ring' ? icons.bell : icons.alarm} ${strings.calledBy(this.calledBy.title)}</p>`
      : nothing;
  }

  #someoneTalks(): boolean {
    const talk = this.connection.phase === 'connected' ? this.status?.talk : undefined;
    return talk?.state === 'talking' && talk.session !== this.session;
  }

  #bar(): unknown {
    const { feed, muted, scopes } = this;
    const live = this.picture.state === 'live';
    const video = this.#pictureElement?.video;
    return html`
      <div class="bar">
        <div class="left">
          ${
            feed.audio && scopes.listen
              ? html`<button
                class="sound"
                data-muted=${muted}
                aria-label=${muted ? strings.tapForSound : strings.mute}
                @click=${() => this.#toggleSound()}
              >
                ${muted ? icons.soundOff : icons.soundOn}
                ${muted ? html`<span class="label">${strings.tapForSound}</span>` : nothing}
              </button>`
              : nothing
          }
        </div>
        <div class="talk">${feed.talk && scopes.talk ? this.#talk() : nothing}</div>
        <div class="right">
          ${
            scopes.snapshot
              ? iconButton(strings.snapshot, icons.snapshot, () => this.#snapshot(), !live)
              : nothing
          }
          ${
            canPictureInPicture() && this.layout !== 'tile'
              ? iconButton(
                  strings.pictureInPicture,
                  icons.pictureInPicture,
                  () => this.#screen(togglePictureInPicture),
                  !live,
                  'pip',
                )
              : nothing
          }
          ${
            video === undefined || canFullscreen(video)
              ? iconButton(
                  this.fullscreen ? strings.leaveFullscreen : strings.fullscreen,
                  this.fullscreen ? icons.leaveFullscreen : icons.fullscreen,
                  () => this.#screen((each) => toggleFullscreen(this, each)),
                )
              : nothing
          }
        </div>
      </div>
    `;
  }

  #talk(): unknown {
    if (!globalThis.isSecureContext) {
      return html`<p class="insecure">
        ${strings.insecure}
        ${this.httpsUrl === undefined ? nothing : html`<a href=${this.httpsUrl}>${strings.insecureCure}</a>`}
      </p>`;
    }
    // A microphone must not listen on while there is nobody to hear it.
    const sessionOver = this.connection.phase === 'waiting' || this.connection.phase === 'stopped';
    return html`<vedette-talk
      .line=${sessionOver ? undefined : this.#line}
      .speaker=${this.status?.talk}
      .refusal=${this.refusal}
      .to=${this.layout === 'single' ? undefined : this.feed.title}
      ?disabled=${this.connection.phase !== 'connected' || this.#closed()}
    ></vedette-talk>`;
  }

  static override styles = [shared, feedStyles];
}

const iconButton = (name: string, icon: unknown, act: () => unknown, disabled = false, kind = ''): unknown =>
  html`<button class=${kind} aria-label=${name} title=${name} ?disabled=${disabled} @click=${act}>${icon}</button>`;

define('vedette-feed', VedetteFeed);
