import { html, nothing } from 'lit';
import { withPictureFirst } from '../../attention.ts';
import { changeSettings, type Settings } from '../../settings.ts';
import type { Page } from './page.ts';
import '../vedette-attention.ts';
import '../vedette-confirm.ts';

/** What takes the screen: a ring or an alarm. */
export function overlay(page: Page): unknown {
  const { statuses, media, connection } = page.viewer;
  const calls = withPictureFirst(page.attention.screen, (each) => media.has(each));
  const feed = calls[0]?.status.feed;
  return html`<vedette-attention
    .calls=${calls}
    .picture=${feed === undefined || !media.has(feed) ? undefined : { status: statuses.get(feed), media: media.get(feed) }}
    .connection=${connection}
    .placeOf=${page.placeOf}
    .now=${page.now}
    ?control=${page.may('control')}
    ?blocked=${page.bellBlocked}
    @aside=${(event: CustomEvent<readonly string[]>) => page.putAside(event.detail)}
  ></vedette-attention>`;
}

/** What somebody else asks to open, where this person has to confirm it. */
export function confirmations(page: Page): unknown {
  const { situation, statuses, media, connection, requests } = page.viewer;
  return html`<vedette-confirm
    .confirmations=${[...situation.confirmations.values()]}
    .locks=${situation.locks}
    .pictureOf=${(feed: string) => (media.has(feed) ? { status: statuses.get(feed), media: media.get(feed) } : undefined)}
    .connection=${connection}
    .send=${requests.send.bind(requests)}
    .now=${page.now}
  ></vedette-confirm>`;
}

/** What this browser keeps, to be changed. */
export function settings(page: Page): unknown {
  if (!page.settingsOpen || !page.parts.has('settings')) return nothing;
  return html`<vedette-settings
    .settings=${page.settings}
    .httpsUrl=${page.device?.httpsUrl}
    @change-settings=${(event: CustomEvent<Partial<Settings>>) => {
      page.settings = changeSettings(page.settings, event.detail);
      if (event.detail.name !== undefined) page.viewer.name = event.detail.name;
    }}
    @close=${() => {
      page.settingsOpen = false;
    }}
  ></vedette-settings>`;
}
