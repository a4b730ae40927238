import { html, nothing } from 'lit';
import type { FeedDescription } from '../../../protocol/signaling.ts';
import { calledBy } from '../../attention.ts';
import type { Picture } from '../../liveness.ts';
import { strings } from '../../strings.ts';
import type { VedetteFeed } from '../vedette-feed.ts';
import type { Page } from './page.ts';
import '../vedette-feed.ts';

/** Whom one talks to, with the way to hang up. */
export function call({ attention, say }: Pick<Page, 'attention' | 'say'>): unknown {
  const { call } = attention;
  if (call === undefined) return nothing;
  return html`<div class="call" role="status">
    <span>${strings.inCall(call.title)}</span>
    <button class="filled alarm" @click=${() => say({ type: 'hang-up', ring: call.ring })}>${strings.hangUp}</button>
  </div>`;
}

/** The pictures. */
export function feeds(page: Page): unknown {
  const { feeds } = page.viewer;
  // Who may not look misses no picture.
  if (feeds.length === 0 && !page.may('view') && page.hasBeside) return nothing;
  if (feeds.length === 0) return html`<div class="message"><p>${emptyWords(page)}</p></div>`;
  const grid = page.grownFeed ? 'grown' : 'grid';
  return html`<div
    class="feeds"
    data-count=${feeds.length > 4 ? 'many' : feeds.length}
    data-layout=${page.view === 'live' ? grid : 'strip'}
  >
    ${feeds.map((each) => feed(page, each))}
  </div>`;
}

function emptyWords({ viewer: { connection, admission } }: Page): string {
  if (connection.phase === 'connected' || admission?.type === 'admitted') return strings.noFeeds;
  return connection.phase === 'waiting' ? strings.unreachable : strings.connecting;
}

function layoutOf({ view, viewer, grownFeed }: Page, feed: string): VedetteFeed['layout'] {
  if (view !== 'live') return 'thumbnail';
  if (viewer.feeds.length === 1) return 'single';
  if (grownFeed === undefined) return 'tile';
  return grownFeed === feed ? 'grown' : 'thumbnail';
}

function feed(page: Page, feed: FeedDescription): unknown {
  const { connection, statuses, media, session, refusals, situation } = page.viewer;
  return html`<vedette-feed
    data-feed=${feed.name}
    layout=${layoutOf(page, feed.name)}
    .feed=${feed}
    .connection=${connection}
    .status=${statuses.get(feed.name)}
    .media=${media.get(feed.name)}
    .session=${session}
    .scopes=${{ listen: page.may('listen'), talk: page.may('talk'), snapshot: page.may('snapshot'), control: page.may('control') }}
    .refusal=${refusals.get(feed.name)}
    .privateUntil=${situation.privacy.on ? situation.privacy.until : undefined}
    .calledBy=${page.attention.call?.feed === feed.name ? undefined : calledBy(feed.name, situation.alarms.values(), situation.rings.values())}
    .say=${(on: boolean) => page.viewer.send({ type: 'talk', feed: feed.name, on })}
    .httpsUrl=${page.device?.httpsUrl}
    @grow=${() => page.grow(page.grownFeed === feed.name ? undefined : feed.name)}
    @picture-changed=${(event: CustomEvent<Picture>) => {
      page.picture = event.detail;
    }}
  ></vedette-feed>`;
}
