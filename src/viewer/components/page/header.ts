import { html, nothing } from 'lit';
import { strings } from '../../strings.ts';
import { icons } from '../icons.ts';
import { statusWords } from '../words.ts';
import type { Page } from './page.ts';
import '../vedette-badge.ts';
import '../vedette-menu.ts';

/** The line at the top: is it live, whose it is, who else watches, and what one seldom does. */
export function header(page: Page): unknown {
  const { feeds, watching, connection, standby, situation } = page.viewer;
  const picture = feeds.length === 1 ? page.picture : undefined;
  const live = picture?.state === 'live';
  const calm = page.may('view') && !standby && connection.phase === 'connected' && !situation.privacy.on;
  return html`
    <header>
      ${
        picture
          ? html`<p class="state" role="status" data-live=${live}>
            <span class="dot"></span><span>${statusWords(picture)}</span>
          </p>`
          : nothing
      }
      <h1>${page.deviceTitle}</h1>
      ${watching > 1 && connection.phase === 'connected' ? html`<p class="watching">${strings.watching(watching)}</p>` : nothing}
      ${
        page.grownFeed
          ? html`<button aria-label=${strings.shrink} title=${strings.shrink} @click=${() => page.grow(undefined)}>${icons.all}</button>`
          : nothing
      }
      ${calm && page.hasBeside ? html`<button class="standby" @click=${() => page.standBy(true)}>${icons.standby} ${strings.standby}</button>` : nothing}
      <vedette-badge .stats=${page.stats} .feeds=${page.badgeFeeds}></vedette-badge>
      ${page.hasBeside ? menu(page) : nothing}
    </header>
  `;
}

function menu(page: Page): unknown {
  const { standby, situation } = page.viewer;
  return html`<vedette-menu
    ?looks=${page.may('view')}
    ?standby=${standby}
    .privacy=${situation.privacy}
    ?control=${page.may('control')}
    @settings=${() => {
      page.settingsOpen = true;
      page.parts.load('settings');
    }}
  ></vedette-menu>`;
}
