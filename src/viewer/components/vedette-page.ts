import { html, LitElement, nothing } from 'lit';
import type { FeedDescription } from '../../protocol/signaling.ts';
import type { Picture } from '../liveness.ts';
import { type ConnectionStats, readStats, type StatsRow, type StatsTotals } from '../stats.ts';
import { strings } from '../strings.ts';
import { Viewer } from '../viewer.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { pageStyles } from './page-styles.ts';
import { shared, theme } from './theme.ts';
import type { BadgeFeed } from './vedette-badge.ts';
import type { VedetteFeed } from './vedette-feed.ts';
import { statusWords, unauthorizedWords } from './words.ts';
import './vedette-badge.ts';
import './vedette-feed.ts';

/** As often as a reader can follow figures. */
const statsEveryMs = 1_000;
/** Long enough to be read twice. */
const noticeMs = 6_000;

/** The whole page: who is at the far end, its feeds, and the connection to it. */
export class VedettePage extends LitElement {
  static override properties = {
    grown: { state: true },
    stats: { state: true },
    badgeFeeds: { state: true },
    notice: { state: true },
    picture: { state: true },
  };
  /** The feed that was tapped to be large. */
  declare grown: string | undefined;
  declare stats: ConnectionStats | undefined;
  declare badgeFeeds: readonly BadgeFeed[];
  declare notice: string;
  /** Of the only feed, where there is one only. */
  declare picture: Picture | undefined;

  readonly #viewer = new Viewer(() => this.requestUpdate());
  #totals: StatsTotals | undefined;
  #statsTimer: ReturnType<typeof setInterval> | undefined;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.badgeFeeds = [];
    this.notice = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#viewer.start().catch(() => this.requestUpdate());
    this.#statsTimer = setInterval(() => this.#readStats(), statsEveryMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#statsTimer);
    clearTimeout(this.#noticeTimer);
    this.#viewer.stop();
  }

  #readStats(): void {
    if (this.#viewer.connection.phase !== 'connected') {
      this.stats = undefined;
      return;
    }
    this.#viewer.getStats()?.then(
      (report) => {
        const rows: StatsRow[] = [];
        report.forEach((row: StatsRow) => {
          rows.push(row);
        });
        const { stats, totals } = readStats(rows, this.#totals, performance.now());
        this.#totals = totals;
        this.stats = stats;
        this.badgeFeeds = this.#viewer.feeds.map(({ name, title }) => ({
          title,
          track: this.#viewer.media.get(name)?.video.id,
          ageMs: this.#feedElement(name)?.ageMs,
        }));
      },
      () => undefined, // the connection closed meanwhile
    );
  }

  #feedElement(name: string): VedetteFeed | null {
    return this.renderRoot.querySelector(`vedette-feed[data-feed="${CSS.escape(name)}"]`);
  }

  #announce(text: string): void {
    this.notice = text;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.notice = '';
    }, noticeMs);
  }

  protected override render(): unknown {
    const { feeds, admission, redemption } = this.#viewer;
    if (admission?.type === 'unauthorized') {
      return html`<main class="message" data-state="unauthorized">
        <h1>${strings.unauthorizedTitle}</h1>
        <p>${unauthorizedWords(redemption)}</p>
      </main>`;
    }
    return html`
      ${this.#header()}
      ${
        feeds.length === 0
          ? html`<main class="message"><p>${this.#emptyWords()}</p></main>`
          : html`<main
            data-count=${feeds.length > 4 ? 'many' : feeds.length}
            data-layout=${this.#grownFeed() ? 'grown' : 'grid'}
            @announce=${(event: CustomEvent<string>) => this.#announce(event.detail)}
          >
            ${feeds.map((feed) => this.#feed(feed))}
          </main>`
      }
      <p class="notice" role="status" aria-live="polite" ?data-empty=${this.notice === ''}>${this.notice}</p>
    `;
  }

  #emptyWords(): string {
    const { connection, admission } = this.#viewer;
    if (connection.phase === 'connected' || admission?.type === 'admitted') return strings.noFeeds;
    return connection.phase === 'waiting' ? strings.unreachable : strings.connecting;
  }

  #header(): unknown {
    const { feeds, admission, watching, connection } = this.#viewer;
    const title = admission?.type === 'admitted' ? admission.device.title : (feeds[0]?.title ?? 'Vedette');
    const picture = feeds.length === 1 ? this.picture : undefined;
    const live = picture?.state === 'live';
    return html`
      <header>
        ${
          picture
            ? html`<p class="state" role="status" data-live=${live}>
              <span class="dot"></span><span>${statusWords(picture)}</span>
            </p>`
            : nothing
        }
        <h1>${title}</h1>
        ${watching > 1 && connection.phase === 'connected' ? html`<p class="watching">${strings.watching(watching)}</p>` : nothing}
        ${
          this.#grownFeed()
            ? html`<button aria-label=${strings.shrink} title=${strings.shrink} @click=${() => {
                this.grown = undefined;
              }}>${icons.all}</button>`
            : nothing
        }
        <vedette-badge .stats=${this.stats} .feeds=${this.badgeFeeds}></vedette-badge>
      </header>
    `;
  }

  #grownFeed(): string | undefined {
    const { feeds } = this.#viewer;
    return feeds.length > 1 && feeds.some(({ name }) => name === this.grown) ? this.grown : undefined;
  }

  #layoutOf(feed: string): VedetteFeed['layout'] {
    if (this.#viewer.feeds.length === 1) return 'single';
    const grown = this.#grownFeed();
    if (grown === undefined) return 'tile';
    return grown === feed ? 'grown' : 'thumbnail';
  }

  #feed(feed: FeedDescription): unknown {
    const { connection, statuses, media, session, refusals, admission } = this.#viewer;
    const device = admission?.type === 'admitted' ? admission.device : undefined;
    const may = (scope: string): boolean => device?.scopes.includes(scope) ?? true;
    return html`<vedette-feed
      data-feed=${feed.name}
      layout=${this.#layoutOf(feed.name)}
      .feed=${feed}
      .connection=${connection}
      .status=${statuses.get(feed.name)}
      .media=${media.get(feed.name)}
      .session=${session}
      .scopes=${{ listen: may('listen'), talk: may('talk'), snapshot: may('snapshot') }}
      .refusal=${refusals.get(feed.name)}
      .say=${(on: boolean) => this.#viewer.send({ type: 'talk', feed: feed.name, on })}
      .httpsUrl=${device?.httpsUrl}
      @grow=${() => {
        this.grown = this.grown === feed.name ? undefined : feed.name;
      }}
      @picture-changed=${(event: CustomEvent<Picture>) => {
        this.picture = event.detail;
      }}
    ></vedette-feed>`;
  }

  static override styles = [theme, shared, pageStyles];
}
define('vedette-page', VedettePage);
