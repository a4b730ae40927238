import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { DeviceEvent } from '../../protocol/alarm.ts';
import type { ViewerMessage } from '../../protocol/events.ts';
import { covers, type Scope } from '../../protocol/scope.ts';
import { readAddress, type View, views, writeAddress } from '../address.ts';
import { type Attention, attentionOf, type Call, newsOf, noAttention } from '../attention.ts';
import { Bell } from '../bell.ts';
import type { DeviceDescription } from '../device.ts';
import { takeJoinLink } from '../join-link.ts';
import { takeKeyChange } from '../key-change.ts';
import type { Picture } from '../liveness.ts';
import { quietOf } from '../quiet.ts';
import { refusalWords } from '../refusal-words.ts';
import { changeSettings, readSettings, type Settings } from '../settings.ts';
import { noSituation, type Situation } from '../situation.ts';
import type { ConnectionStats } from '../stats.ts';
import { StatsWatch } from '../stats-watch.ts';
import { dayTime, strings } from '../strings.ts';
import { Viewer } from '../viewer.ts';
import { wayIn } from '../way-in.ts';
import { define } from './define.ts';
import { beside } from './page/beside.ts';
import { joining, keptOut } from './page/doorstep.ts';
import { call, feeds } from './page/feeds.ts';
import { header } from './page/header.ts';
import { confirmations, overlay, settings } from './page/over.ts';
import type { Page } from './page/page.ts';
import { Parts } from './page/parts.ts';
import { navigation, view } from './page/views.ts';
import { pageStyles } from './page-styles.ts';
import { shared, theme } from './theme.ts';
import type { BadgeFeed } from './vedette-badge.ts';
import type { VedetteFeed } from './vedette-feed.ts';
import { newsWords } from './words.ts';

/** Long enough to be read twice. */
const noticeMs = 6_000;
/** What somebody has to have seen. */
const longNoticeMs = 60_000;
/** "Since" and ages are told in seconds. */
const lookEveryMs = 1_000;

/** The whole page: who is at the far end, its feeds, what it measures, and what calls for somebody. */
export class VedettePage extends LitElement implements Page {
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

  readonly viewer: Viewer;
  readonly parts = new Parts(() => this.requestUpdate());
  readonly #way = wayIn();
  /** The invitation that the page was opened with, until it is dealt with. */
  #invitation = takeJoinLink();
  readonly #bell = new Bell(() => this.requestUpdate());
  readonly #stats = new StatsWatch(
    () => (this.viewer.connection.phase === 'connected' ? this.viewer.getStats() : undefined),
    (stats) => this.#statsRead(stats),
  );
  /** Calls that somebody at this page has put aside. */
  readonly #seen = new Set<string>();
  attention: Attention = noAttention;
  /** The last situation that was told of. */
  #told: Situation | undefined;
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
    this.viewer = new Viewer({
      way: this.#way,
      changed: () => this.requestUpdate(),
      refused: (_, why) => this.#announce(strings.refusedRequest(refusalWords(why))),
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
    else this.parts.load('join');
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
    this.viewer.stop();
  }

  #start(): void {
    this.viewer.start().catch(() => this.requestUpdate());
  }

  #entered(): void {
    this.#invitation = undefined;
    this.#start();
    this.requestUpdate();
  }

  #statsRead(stats: ConnectionStats | undefined): void {
    this.stats = stats;
    if (stats === undefined) return;
    this.badgeFeeds = this.viewer.feeds.map(({ name, title }) => ({
      title,
      track: this.viewer.media.get(name)?.video.id,
      ageMs: this.#feedElement(name)?.ageMs,
    }));
  }

  #feedElement(name: string): VedetteFeed | null {
    return this.renderRoot.querySelector(`vedette-feed[data-feed="${CSS.escape(name)}"]`);
  }

  #announce(text: string, forMs = noticeMs): void {
    this.notice = text;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.notice = '';
    }, forMs);
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

  go(view: View, change: { readonly sensor?: string; readonly event?: string } = {}): void {
    const search = writeAddress(location.search, { view, sensor: undefined, event: undefined, ...change });
    history.pushState(null, '', location.pathname + search);
    this.view = view;
  }

  grow(feed: string | undefined): void {
    if (this.view !== 'live') this.go('live');
    this.grown = feed;
  }

  standBy(standby: boolean): void {
    this.settings = changeSettings(this.settings, { standby });
    history.replaceState(
      history.state,
      '',
      location.pathname + writeAddress(location.search, { standby, ...(standby ? { feed: undefined } : {}) }),
    );
    this.viewer.standby = standby;
  }

  readonly say = (message: ViewerMessage): void => {
    if (!this.viewer.send(message)) this.#announce(strings.notSent);
    else if (message.type === 'decline') this.putAside([message.ring]); // the others may go on ringing
  };

  putAside(ids: readonly string[]): void {
    for (const id of ids) this.#seen.add(id);
    this.requestUpdate();
  }

  /** Puts the calls on the screen aside and shows the feed. */
  #lookAt(feed: string | undefined): void {
    this.putAside(this.attention?.screen.filter(({ kind }) => kind === 'alarm').map(({ id }) => id) ?? []);
    if (feed === undefined) return;
    this.grow(feed);
    if (this.viewer.statuses.get(feed)?.flow === 'standby') this.standBy(false);
  }

  protected override willUpdate(): void {
    const { situation, session, connection, admission } = this.viewer;
    if (admission?.type === 'admitted' && !this.mayOpen(this.view)) this.view = 'live';
    this.attention = attentionOf({
      alarms: situation.alarms.values(),
      rings: situation.rings.values(),
      seen: this.#seen,
      session,
      quiet: quietOf(this.settings, this.now),
      connected: connection.phase === 'connected',
    });
    const changedAt = admission?.type === 'admitted' ? takeKeyChange() : undefined;
    if (changedAt !== undefined) this.#announce(strings.keyChanged(dayTime(changedAt)), longNoticeMs);
    if (situation !== this.#told && situation !== noSituation) {
      for (const news of newsOf(this.#told, situation, session)) this.#announce(newsWords(news));
      this.#told = situation;
    }
    this.toggleAttribute('data-beside', this.hasBeside);
    this.dataset.view = this.view;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { sound, call, screen } = this.attention;
    this.#bell.ring(sound === 'none' ? undefined : sound);
    document.title = screen.length > 0 ? `⚠ ${this.deviceTitle}` : this.deviceTitle;
    if (call?.feed !== this.#inCall) this.#callChanged(call?.feed);
    if (changed.has('view') && this.view !== 'live') this.parts.load(this.view);
    if (this.parts.failed !== 'regain' && this.viewer.admission?.type === 'unauthorized')
      this.parts.load('regain');
    if (this.parts.failed !== 'events' && this.may('history') && this.#settled()) this.parts.load('events');
  }

  #callChanged(feed: string | undefined): void {
    if (this.#inCall !== undefined) this.#feedElement(this.#inCall)?.endCall();
    this.#inCall = feed;
    if (feed === undefined) return;
    this.grow(feed);
    this.updateComplete.then(
      () => this.#feedElement(feed)?.takeCall(),
      () => undefined, // nothing was drawn: nothing to talk into
    );
  }

  /** The first picture is there, or none is to come: what is loaded now keeps nothing from it. */
  #settled(): boolean {
    const { feeds, connection, standby } = this.viewer;
    if (connection.phase !== 'connected') return false;
    return (
      feeds.length !== 1 || standby || (this.picture !== undefined && this.picture.state !== 'connecting')
    );
  }

  may(scope: Scope): boolean {
    const { admission } = this.viewer;
    if (admission?.type === 'admitted') return covers(admission.device.scopes as Scope[], scope);
    return ['view', 'listen', 'talk', 'snapshot', 'control', 'telemetry'].includes(scope); // till the device tells
  }

  mayOpen(view: View): boolean {
    if (view === 'live') return true;
    return view === 'people' ? this.may('invite') || this.may('admin') : this.may('history');
  }

  /** Parts of the page for this person; none where there is but one. */
  get views(): readonly View[] {
    const open = views.filter((view) => this.mayOpen(view));
    return open.length > 1 ? open : [];
  }

  /** There is more than pictures. */
  get hasBeside(): boolean {
    const { situation, admission } = this.viewer;
    if (admission?.type === 'unauthorized' || admission?.type === 'not-now') return false;
    const { sensors, alarms, locks, trust } = situation;
    return sensors.size + alarms.size + locks.size > 0 || trust !== undefined || this.views.length > 0;
  }

  get device(): DeviceDescription | undefined {
    const { admission } = this.viewer;
    return admission?.type === 'admitted' ? admission.device : undefined;
  }

  get deviceTitle(): string {
    return this.device?.title ?? this.viewer.feeds[0]?.title ?? 'Vedette';
  }

  get bellBlocked(): boolean {
    return this.#bell.blocked;
  }

  get grownFeed(): string | undefined {
    const { feeds } = this.viewer;
    const exists = feeds.length > 1 && feeds.some(({ name }) => name === this.grown);
    return exists && this.view === 'live' ? this.grown : undefined;
  }

  readonly listen = (listener: (event: DeviceEvent) => void): (() => void) => this.viewer.onEvent(listener);

  readonly placeOfEvent = (event: DeviceEvent): string | undefined => {
    const { feeds, situation } = this.viewer;
    return (
      feeds.find(({ name }) => name === event.feed)?.title ??
      situation.sensors.get(event.sensor ?? '')?.description.title
    );
  };

  readonly placeOf = ({ status }: Pick<Call, 'status'>): string | undefined => {
    const { feeds, situation } = this.viewer;
    const sensor = 'sensor' in status ? situation.sensors.get(status.sensor ?? '') : undefined;
    return feeds.find(({ name }) => name === status.feed)?.title ?? sensor?.description.title;
  };

  protected override render(): unknown {
    if (this.#invitation !== undefined) {
      return joining({
        parts: this.parts,
        way: this.#way,
        link: this.#invitation,
        entered: () => this.#entered(),
      });
    }
    return keptOut(this.viewer, { parts: this.parts, way: this.#way }) ?? this.#page();
  }

  #page(): unknown {
    return html`
      <div
        class="page"
        @announce=${(event: CustomEvent<string>) => this.#announce(event.detail)}
        @say=${(event: CustomEvent<ViewerMessage>) => this.say(event.detail)}
        @standby=${(event: CustomEvent<boolean>) => this.standBy(event.detail)}
        @look=${(event: CustomEvent<{ feed?: string }>) => this.#lookAt(event.detail.feed)}
        @chart=${(event: CustomEvent<string>) => this.go('charts', { sensor: event.detail })}
        @simulate=${(event: CustomEvent<{ sensor: string; value: number }>) =>
          this.say({ type: 'simulate', ...event.detail })}
      >
        ${header(this)}
        <main>${call(this)}${feeds(this)}${view(this)}${this.hasBeside ? beside(this) : nothing}</main>
        ${navigation(this)}
        ${overlay(this)}
        ${confirmations(this)}
        ${settings(this)}
      </div>
      <p class="notice" role="status" aria-live="polite" ?data-empty=${this.notice === ''}>${this.notice}</p>
    `;
  }

  static override styles = [theme, shared, pageStyles];
}
define('vedette-page', VedettePage);
