import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { DeviceEvent } from '../../protocol/alarm.ts';
import type { ViewerMessage } from '../../protocol/events.ts';
import { covers, type Scope } from '../../protocol/scope.ts';
import type { FeedDescription } from '../../protocol/signaling.ts';
import { readAddress, type View, views, writeAddress } from '../address.ts';
import { type Attention, attentionOf, type Call, calledBy, newsOf, withPictureFirst } from '../attention.ts';
import { Bell } from '../bell.ts';
import { takeJoinLink } from '../join-link.ts';
import type { Picture } from '../liveness.ts';
import { quietOf } from '../quiet.ts';
import { changeSettings, readSettings, type Settings } from '../settings.ts';
import { noSituation, type Situation } from '../situation.ts';
import type { ConnectionStats } from '../stats.ts';
import { StatsWatch } from '../stats-watch.ts';
import { strings } from '../strings.ts';
import { Viewer } from '../viewer.ts';
import { wayIn } from '../way-in.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { pageStyles } from './page-styles.ts';
import { shared, theme } from './theme.ts';
import type { BadgeFeed } from './vedette-badge.ts';
import type { VedetteFeed } from './vedette-feed.ts';
import { newsWords, statusWords, unauthorizedWords } from './words.ts';
import './vedette-alarm.ts';
import './vedette-attention.ts';
import './vedette-badge.ts';
import './vedette-feed.ts';
import './vedette-lock.ts';
import './vedette-menu.ts';
import './vedette-tiles.ts';

/** Long enough to be read twice. */
const noticeMs = 6_000;
/** "Since" and ages are told in seconds. */
const lookEveryMs = 1_000;

/** What comes when it is first needed, so that the first picture waits for none of it. */
const parts = {
  live: () => Promise.resolve(),
  events: () => import('./vedette-events.ts'),
  charts: () => import('./vedette-charts.ts'),
  people: () => import('./vedette-people.ts'),
  settings: () => import('./vedette-settings.ts'),
  join: () => import('./vedette-join.ts'),
};
type Part = keyof typeof parts;

const viewNames: Readonly<Record<View, string>> = {
  live: strings.viewLive,
  events: strings.viewEvents,
  charts: strings.viewCharts,
  people: strings.viewPeople,
};

/** The whole page: who is at the far end, its feeds, what it measures, and what calls for somebody. */
export class VedettePage extends LitElement {
  static override properties = {
    view: { state: true },
    grown: { state: true },
    stats: { state: true },
    badgeFeeds: { state: true },
    notice: { state: true },
    picture: { state: true },
    settings: { state: true },
    settingsOpen: { state: true },
    now: { state: true },
    loaded: { state: true },
    failed: { state: true },
  };
  declare view: View;
  /** The feed that was tapped to be large. */
  declare grown: string | undefined;
  declare stats: ConnectionStats | undefined;
  declare badgeFeeds: readonly BadgeFeed[];
  declare notice: string;
  /** Of the only feed, where there is one only. */
  declare picture: Picture | undefined;
  declare settings: Settings;
  declare settingsOpen: boolean;
  declare now: number;
  /** Parts of the page whose script is here. */
  declare loaded: ReadonlySet<Part>;
  declare failed: Part | undefined;

  readonly #viewer: Viewer;
  readonly #way = wayIn();
  /** The invitation that the page was opened with, until it is dealt with. */
  #invitation = takeJoinLink();
  readonly #bell = new Bell(() => this.requestUpdate());
  readonly #stats = new StatsWatch(
    () => (this.#viewer.connection.phase === 'connected' ? this.#viewer.getStats() : undefined),
    (stats) => this.#statsRead(stats),
  );
  /** Calls that somebody at this page has put aside. */
  readonly #seen = new Set<string>();
  #attention: Attention | undefined;
  /** The last situation that was told of. */
  #told: Situation | undefined;
  readonly #loading = new Set<Part>();
  #inCall: string | undefined;
  #look: ReturnType<typeof setInterval> | undefined;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    const address = readAddress(location.search);
    this.settings = readSettings();
    this.view = address.view;
    this.grown = address.feed;
    this.badgeFeeds = [];
    this.notice = '';
    this.settingsOpen = false;
    this.now = Date.now();
    this.loaded = new Set();
    this.#viewer = new Viewer({
      way: this.#way,
      changed: () => this.requestUpdate(),
      refused: (_, reason) => this.#announce(strings.refusedRequest(reason)),
      // Who comes by a notification's link to a feed wants to see it.
      standby: address.standby || (this.settings.standby && address.feed === undefined),
      name: this.settings.name,
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('popstate', this.#addressChanged);
    addEventListener('hashchange', this.#linkOpened);
    if (this.#invitation === undefined) this.#start();
    else this.#load('join');
    this.#stats.start();
    this.#bell.start();
    this.#look = setInterval(() => {
      this.now = Date.now();
    }, lookEveryMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('popstate', this.#addressChanged);
    removeEventListener('hashchange', this.#linkOpened);
    clearInterval(this.#look);
    clearTimeout(this.#noticeTimer);
    this.#stats.stop();
    this.#bell.stop();
    this.#viewer.stop();
  }

  #start(): void {
    this.#viewer.start().catch(() => this.requestUpdate());
  }

  #entered(): void {
    this.#invitation = undefined;
    this.#start();
    this.requestUpdate();
  }

  #statsRead(stats: ConnectionStats | undefined): void {
    this.stats = stats;
    if (stats === undefined) return;
    this.badgeFeeds = this.#viewer.feeds.map(({ name, title }) => ({
      title,
      track: this.#viewer.media.get(name)?.video.id,
      ageMs: this.#feedElement(name)?.ageMs,
    }));
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

  readonly #addressChanged = (): void => {
    const { view, feed } = readAddress(location.search);
    this.view = view;
    this.grown = feed;
  };

  /** A link with a secret was opened where the page is open already: it begins anew with it. */
  readonly #linkOpened = (): void => {
    if (location.hash.length > 1) location.reload();
  };

  #go(view: View, change: { readonly sensor?: string; readonly event?: string } = {}): void {
    const search = writeAddress(location.search, { view, sensor: undefined, event: undefined, ...change });
    history.pushState(null, '', location.pathname + search);
    this.view = view;
  }

  #grow(feed: string | undefined): void {
    if (this.view !== 'live') this.#go('live');
    this.grown = feed;
  }

  #standBy(standby: boolean): void {
    this.settings = changeSettings(this.settings, { standby });
    history.replaceState(
      history.state,
      '',
      location.pathname + writeAddress(location.search, { standby, ...(standby ? { feed: undefined } : {}) }),
    );
    this.#viewer.standby = standby;
  }

  #say(message: ViewerMessage): void {
    if (!this.#viewer.send(message)) this.#announce(strings.notSent);
    else if (message.type === 'decline') this.#putAside([message.ring]); // the others may go on ringing
  }

  #putAside(ids: readonly string[]): void {
    for (const id of ids) this.#seen.add(id);
    this.requestUpdate();
  }

  /** Puts the calls on the screen aside and shows the feed. */
  #lookAt(feed: string | undefined): void {
    this.#putAside(this.#attention?.screen.filter(({ kind }) => kind === 'alarm').map(({ id }) => id) ?? []);
    if (feed === undefined) return;
    this.#grow(feed);
    if (this.#viewer.statuses.get(feed)?.flow === 'standby') this.#standBy(false);
  }

  protected override willUpdate(): void {
    const { situation, session, connection, admission } = this.#viewer;
    if (admission?.type === 'admitted' && !this.#mayOpen(this.view)) this.view = 'live';
    this.#attention = attentionOf({
      alarms: situation.alarms.values(),
      rings: situation.rings.values(),
      seen: this.#seen,
      session,
      quiet: quietOf(this.settings, this.now),
      connected: connection.phase === 'connected',
    });
    if (situation !== this.#told && situation !== noSituation) {
      for (const news of newsOf(this.#told, situation, session)) this.#announce(newsWords(news));
      this.#told = situation;
    }
    this.toggleAttribute('data-beside', this.#hasBeside());
    this.dataset.view = this.view;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { sound, call, screen } = this.#attention as Attention;
    this.#bell.ring(sound === 'none' ? undefined : sound);
    document.title = screen.length > 0 ? `⚠ ${this.#title()}` : this.#title();
    if (call?.feed !== this.#inCall) this.#callChanged(call?.feed);
    if (changed.has('view') && this.view !== 'live') this.#load(this.view);
    if (this.failed !== 'events' && this.#may('history') && this.#settled()) this.#load('events');
  }

  #callChanged(feed: string | undefined): void {
    if (this.#inCall !== undefined) this.#feedElement(this.#inCall)?.endCall();
    this.#inCall = feed;
    if (feed === undefined) return;
    this.#grow(feed);
    this.updateComplete.then(
      () => this.#feedElement(feed)?.takeCall(),
      () => undefined, // nothing was drawn: nothing to talk into
    );
  }

  /** The first picture is there, or none is to come: what is loaded now keeps nothing from it. */
  #settled(): boolean {
    const { feeds, connection, standby } = this.#viewer;
    if (connection.phase !== 'connected') return false;
    return (
      feeds.length !== 1 || standby || (this.picture !== undefined && this.picture.state !== 'connecting')
    );
  }

  #may(scope: Scope): boolean {
    const { admission } = this.#viewer;
    if (admission?.type === 'admitted') return covers(admission.device.scopes as Scope[], scope);
    return ['view', 'listen', 'talk', 'snapshot', 'control', 'telemetry'].includes(scope); // till the device tells
  }

  #mayOpen(view: View): boolean {
    if (view === 'live') return true;
    return view === 'people' ? this.#may('invite') || this.#may('admin') : this.#may('history');
  }

  /** Parts of the page for this person; none where there is but one. */
  #views(): readonly View[] {
    const open = views.filter((view) => this.#mayOpen(view));
    return open.length > 1 ? open : [];
  }

  /** There is more than pictures. */
  #hasBeside(): boolean {
    const { situation, admission } = this.#viewer;
    if (admission?.type === 'unauthorized' || admission?.type === 'not-now') return false;
    const { sensors, alarms, locks } = situation;
    return sensors.size + alarms.size + locks.size > 0 || this.#views().length > 0;
  }

  #title(): string {
    const { feeds, admission } = this.#viewer;
    return admission?.type === 'admitted' ? admission.device.title : (feeds[0]?.title ?? 'Vedette');
  }

  readonly #listen = (listener: (event: DeviceEvent) => void): (() => void) => this.#viewer.onEvent(listener);

  readonly #placeOfEvent = (event: DeviceEvent): string | undefined => {
    const { feeds, situation } = this.#viewer;
    return (
      feeds.find(({ name }) => name === event.feed)?.title ??
      situation.sensors.get(event.sensor ?? '')?.description.title
    );
  };

  readonly #placeOf = ({ status }: Pick<Call, 'status'>): string | undefined => {
    const { feeds, situation } = this.#viewer;
    const sensor = 'sensor' in status ? situation.sensors.get(status.sensor ?? '') : undefined;
    return feeds.find(({ name }) => name === status.feed)?.title ?? sensor?.description.title;
  };

  protected override render(): unknown {
    const { admission, redemption } = this.#viewer;
    if (this.#invitation !== undefined) return this.#join();
    if (admission?.type === 'unauthorized') {
      return html`<main class="message" data-state="unauthorized">
        <h1>${strings.unauthorizedTitle}</h1>
        <p>${unauthorizedWords(admission, redemption)}</p>
      </main>`;
    }
    if (admission?.type === 'not-now') {
      return html`<main class="message" data-state="not-now">
        <h1>${strings.notNowTitle}</h1>
        <p>${strings.notNow(admission.name)}</p>
        <p><button class="outlined" @click=${() => location.reload()}>${strings.tryAgain}</button></p>
      </main>`;
    }
    return html`
      <div
        class="page"
        @announce=${(event: CustomEvent<string>) => this.#announce(event.detail)}
        @say=${(event: CustomEvent<ViewerMessage>) => this.#say(event.detail)}
        @standby=${(event: CustomEvent<boolean>) => this.#standBy(event.detail)}
        @look=${(event: CustomEvent<{ feed?: string }>) => this.#lookAt(event.detail.feed)}
        @chart=${(event: CustomEvent<string>) => this.#go('charts', { sensor: event.detail })}
        @simulate=${(event: CustomEvent<{ sensor: string; value: number }>) =>
          this.#say({ type: 'simulate', ...event.detail })}
      >
        ${this.#header()}
        <main>${this.#call()}${this.#feeds()}${this.#view()}${this.#hasBeside() ? this.#beside() : nothing}</main>
        ${this.#navigation()}
        ${this.#overlay()}
        ${this.#settings()}
      </div>
      <p class="notice" role="status" aria-live="polite" ?data-empty=${this.notice === ''}>${this.notice}</p>
    `;
  }

  #join(): unknown {
    if (this.failed === 'join') {
      return html`<main class="message"><p role="alert">${strings.loadFailed}</p>
        <p><button class="outlined" @click=${() => this.#load('join')}>${strings.tryAgain}</button></p></main>`;
    }
    return html`<main class="joining">${
      this.loaded.has('join')
        ? html`<vedette-join .way=${this.#way} .link=${this.#invitation} @enter=${() => this.#entered()}></vedette-join>`
        : nothing
    }</main>`;
  }

  #emptyWords(): string {
    const { connection, admission } = this.#viewer;
    if (connection.phase === 'connected' || admission?.type === 'admitted') return strings.noFeeds;
    return connection.phase === 'waiting' ? strings.unreachable : strings.connecting;
  }

  #header(): unknown {
    const { feeds, watching, connection, standby, situation } = this.#viewer;
    const picture = feeds.length === 1 ? this.picture : undefined;
    const live = picture?.state === 'live';
    const calm = !standby && connection.phase === 'connected' && !situation.privacy.on;
    return html`
      <header>
        ${
          picture
            ? html`<p class="state" role="status" data-live=${live}>
              <span class="dot"></span><span>${statusWords(picture)}</span>
            </p>`
            : nothing
        }
        <h1>${this.#title()}</h1>
        ${watching > 1 && connection.phase === 'connected' ? html`<p class="watching">${strings.watching(watching)}</p>` : nothing}
        ${
          this.#grownFeed()
            ? html`<button aria-label=${strings.shrink} title=${strings.shrink} @click=${() => this.#grow(undefined)}>${icons.all}</button>`
            : nothing
        }
        ${calm && this.#hasBeside() ? html`<button class="standby" @click=${() => this.#standBy(true)}>${icons.standby} ${strings.standby}</button>` : nothing}
        <vedette-badge .stats=${this.stats} .feeds=${this.badgeFeeds}></vedette-badge>
        ${
          this.#hasBeside()
            ? html`<vedette-menu
              ?standby=${standby}
              .privacy=${situation.privacy}
              ?control=${this.#may('control')}
              @settings=${() => {
                this.settingsOpen = true;
                this.#load('settings');
              }}
            ></vedette-menu>`
            : nothing
        }
      </header>
    `;
  }

  #call(): unknown {
    const call = this.#attention?.call;
    if (call === undefined) return nothing;
    return html`<div class="call" role="status">
      <span>${strings.inCall(call.title)}</span>
      <button class="filled alarm" @click=${() => this.#say({ type: 'hang-up', ring: call.ring })}>${strings.hangUp}</button>
    </div>`;
  }

  #feeds(): unknown {
    const { feeds } = this.#viewer;
    if (feeds.length === 0) return html`<div class="message"><p>${this.#emptyWords()}</p></div>`;
    const grid = this.#grownFeed() ? 'grown' : 'grid';
    return html`<div
      class="feeds"
      data-count=${feeds.length > 4 ? 'many' : feeds.length}
      data-layout=${this.view === 'live' ? grid : 'strip'}
    >
      ${feeds.map((feed) => this.#feed(feed))}
    </div>`;
  }

  #grownFeed(): string | undefined {
    const { feeds } = this.#viewer;
    const exists = feeds.length > 1 && feeds.some(({ name }) => name === this.grown);
    return exists && this.view === 'live' ? this.grown : undefined;
  }

  #layoutOf(feed: string): VedetteFeed['layout'] {
    if (this.view !== 'live') return 'thumbnail';
    if (this.#viewer.feeds.length === 1) return 'single';
    const grown = this.#grownFeed();
    if (grown === undefined) return 'tile';
    return grown === feed ? 'grown' : 'thumbnail';
  }

  #feed(feed: FeedDescription): unknown {
    const { connection, statuses, media, session, refusals, admission, situation } = this.#viewer;
    const device = admission?.type === 'admitted' ? admission.device : undefined;
    const may = (scope: Scope): boolean => this.#may(scope);
    return html`<vedette-feed
      data-feed=${feed.name}
      layout=${this.#layoutOf(feed.name)}
      .feed=${feed}
      .connection=${connection}
      .status=${statuses.get(feed.name)}
      .media=${media.get(feed.name)}
      .session=${session}
      .scopes=${{ listen: may('listen'), talk: may('talk'), snapshot: may('snapshot'), control: may('control') }}
      .refusal=${refusals.get(feed.name)}
      .privateUntil=${situation.privacy.on ? situation.privacy.until : undefined}
      .calledBy=${this.#attention?.call?.feed === feed.name ? undefined : calledBy(feed.name, situation.alarms.values(), situation.rings.values())}
      .say=${(on: boolean) => this.#viewer.send({ type: 'talk', feed: feed.name, on })}
      .httpsUrl=${device?.httpsUrl}
      @grow=${() => this.#grow(this.#grownFeed() === feed.name ? undefined : feed.name)}
      @picture-changed=${(event: CustomEvent<Picture>) => {
        this.picture = event.detail;
      }}
    ></vedette-feed>`;
  }

  /** What is not the picture: alarms, sensors, and what happened last. */
  #beside(): unknown {
    const { situation, connection } = this.#viewer;
    const { alarms, shelved } = this.#attention as Attention;
    return html`<aside>
      ${
        alarms.length + shelved.length > 0
          ? html`<section class="alarms" aria-label=${strings.alarms}>
            ${[...alarms, ...shelved].map(
              (status) => html`<vedette-alarm
                data-rule=${status.rule}
                .status=${status}
                .now=${this.now}
                .place=${this.#placeOf({ status })}
                ?control=${this.#may('control')}
              ></vedette-alarm>`,
            )}
          </section>`
          : nothing
      }
      ${situation.locks.size > 0 ? this.#locks() : nothing}
      <vedette-tiles
        .situation=${situation}
        ?connected=${connection.phase === 'connected'}
        ?settable=${this.#may('control')}
        ?charts=${this.#may('history')}
      ></vedette-tiles>
      ${this.view === 'live' && this.#may('history') ? this.#events(true) : nothing}
    </aside>`;
  }

  #locks(): unknown {
    const { situation, connection, requests } = this.#viewer;
    return html`<section class="locks" aria-label=${strings.locks}>
      ${[...situation.locks.values()].map(
        (status) => html`<vedette-lock
          data-lock=${status.lock}
          .status=${status}
          .send=${requests.send.bind(requests)}
          .now=${this.now}
          ?may=${this.#may(`unlock:${status.lock}`)}
          ?connected=${connection.phase === 'connected'}
        ></vedette-lock>`,
      )}
    </section>`;
  }

  /** Events, charts or people; what draws them comes when it is first looked at. */
  #view(): unknown {
    if (this.view === 'live' || !this.#mayOpen(this.view)) return nothing;
    if (this.failed === this.view) {
      return html`<div class="view"><p role="alert">${strings.loadFailed}
        <button class="outlined" @click=${() => this.#load(this.view)}>${strings.tryAgain}</button></p></div>`;
    }
    return html`<section class="view" aria-label=${viewNames[this.view]}>
      ${this.view === 'events' ? this.#events(false) : this.view === 'charts' ? this.#charts() : this.#people()}
    </section>`;
  }

  #events(compact: boolean): unknown {
    const { connection, situation } = this.#viewer;
    if (!this.loaded.has('events')) return compact ? nothing : html`<p role="status">${strings.loading}</p>`;
    return html`<vedette-events
      class=${compact ? 'latest' : 'all'}
      .listen=${this.#listen}
      .alarms=${situation.alarms}
      .placeOf=${this.#placeOfEvent}
      .zone=${this.#zone()}
      .show=${compact ? undefined : readAddress(location.search).event}
      ?connected=${connection.phase === 'connected'}
      ?control=${this.#may('control')}
      ?compact=${compact}
      @all=${() => this.#go('events')}
    ></vedette-events>`;
  }

  #charts(): unknown {
    if (!this.loaded.has('charts')) return html`<p role="status">${strings.loading}</p>`;
    return html`<vedette-charts
      .situation=${this.#viewer.situation}
      .listen=${this.#listen}
      .sensor=${readAddress(location.search).sensor}
      .zone=${this.#zone()}
      @show-event=${(event: CustomEvent<string>) => this.#go('events', { event: event.detail })}
    ></vedette-charts>`;
  }

  #people(): unknown {
    const { admission, requests, situation, watching, connection } = this.#viewer;
    const device = admission?.type === 'admitted' ? admission.device : undefined;
    if (!this.loaded.has('people') || device === undefined)
      return html`<p role="status">${strings.loading}</p>`;
    return html`<vedette-people
      .send=${requests.send.bind(requests)}
      .device=${device}
      .locks=${situation.locks}
      .watching=${connection.phase === 'connected' ? watching : undefined}
      .now=${this.now}
    ></vedette-people>`;
  }

  #zone(): string | undefined {
    const { admission } = this.#viewer;
    return admission?.type === 'admitted' ? admission.device.zone : undefined;
  }

  #load(part: Part): void {
    this.failed = undefined;
    if (this.loaded.has(part) || this.#loading.has(part)) return;
    this.#loading.add(part);
    parts[part]().then(
      () => {
        this.loaded = new Set([...this.loaded, part]);
      },
      () => {
        this.#loading.delete(part);
        this.failed = part; // the device restarted with a newer page, or is away
      },
    );
  }

  #settings(): unknown {
    if (!this.settingsOpen || !this.loaded.has('settings')) return nothing;
    const { admission } = this.#viewer;
    return html`<vedette-settings
      .settings=${this.settings}
      .httpsUrl=${admission?.type === 'admitted' ? admission.device.httpsUrl : undefined}
      @change-settings=${(event: CustomEvent<Partial<Settings>>) => {
        this.settings = changeSettings(this.settings, event.detail);
        if (event.detail.name !== undefined) this.#viewer.name = event.detail.name;
      }}
      @close=${() => {
        this.settingsOpen = false;
      }}
    ></vedette-settings>`;
  }

  #navigation(): unknown {
    const open = this.#views();
    if (open.length === 0) return nothing;
    return html`<nav aria-label=${strings.navigation}>
      ${open.map(
        (view) => html`<a
          href=${writeAddress(location.search, { view, sensor: undefined, event: undefined }) || location.pathname}
          aria-current=${view === this.view ? 'page' : nothing}
          @click=${(event: MouseEvent) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab or window
            event.preventDefault();
            this.#go(view);
          }}
        >${icons[view]}<span>${viewNames[view]}</span></a>`,
      )}
    </nav>`;
  }

  #overlay(): unknown {
    const { statuses, media, connection } = this.#viewer;
    const calls = withPictureFirst(this.#attention?.screen ?? [], (each) => media.has(each));
    const feed = calls[0]?.status.feed;
    return html`<vedette-attention
      .calls=${calls}
      .picture=${feed === undefined || !media.has(feed) ? undefined : { status: statuses.get(feed), media: media.get(feed) }}
      .connection=${connection}
      .placeOf=${this.#placeOf}
      .now=${this.now}
      ?control=${this.#may('control')}
      ?blocked=${this.#bell.blocked}
      @aside=${(event: CustomEvent<readonly string[]>) => this.#putAside(event.detail)}
    ></vedette-attention>`;
  }

  static override styles = [theme, shared, pageStyles];
}
define('vedette-page', VedettePage);
