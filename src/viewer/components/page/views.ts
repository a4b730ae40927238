import { html, nothing } from 'lit';
import { readAddress, type View, writeAddress } from '../../address.ts';
import { strings } from '../../strings.ts';
import { icons } from '../icons.ts';
import type { Page } from './page.ts';

const viewNames: Readonly<Record<View, string>> = {
  live: strings.viewLive,
  events: strings.viewEvents,
  charts: strings.viewCharts,
  people: strings.viewPeople,
};

const drawn: Readonly<Record<View, (page: Page) => unknown>> = {
  live: () => nothing,
  events: (page) => events(page, false),
  charts,
  people,
};

/** Events, charts or people; what draws them comes when it is first looked at. */
export function view(page: Page): unknown {
  const { view, parts } = page;
  if (view === 'live' || !page.mayOpen(view)) return nothing;
  if (parts.failed === view) {
    return html`<div class="view"><p role="alert">${strings.loadFailed}
      <button class="outlined" @click=${() => parts.load(view)}>${strings.tryAgain}</button></p></div>`;
  }
  return html`<section class="view" aria-label=${viewNames[view]}>
    ${drawn[view](page)}
  </section>`;
}

/** The parts of the page, to go from one to the other. */
export function navigation(page: Page): unknown {
  if (page.views.length === 0) return nothing;
  return html`<nav aria-label=${strings.navigation}>
    ${page.views.map(
      (view) => html`<a
        href=${writeAddress(location.search, { view, sensor: undefined, event: undefined }) || location.pathname}
        aria-current=${view === page.view ? 'page' : nothing}
        @click=${(event: MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab or window
          event.preventDefault();
          page.go(view);
        }}
      >${icons[view]}<span>${viewNames[view]}</span></a>`,
    )}
  </nav>`;
}

/** What happened: all of it, or the few newest beside the picture. */
export function events(page: Page, compact: boolean): unknown {
  const { connection, situation } = page.viewer;
  if (!page.parts.has('events')) return compact ? nothing : loading();
  return html`<vedette-events
    class=${compact ? 'latest' : 'all'}
    .listen=${page.listen}
    .alarms=${situation.alarms}
    .placeOf=${page.placeOfEvent}
    .zone=${page.device?.zone}
    .show=${compact ? undefined : readAddress(location.search).event}
    ?connected=${connection.phase === 'connected'}
    ?control=${page.may('control')}
    ?compact=${compact}
    @all=${() => page.go('events')}
  ></vedette-events>`;
}

function charts(page: Page): unknown {
  if (!page.parts.has('charts')) return loading();
  return html`<vedette-charts
    .situation=${page.viewer.situation}
    .listen=${page.listen}
    .sensor=${readAddress(location.search).sensor}
    .zone=${page.device?.zone}
    @show-event=${(event: CustomEvent<string>) => page.go('events', { event: event.detail })}
  ></vedette-charts>`;
}

function people(page: Page): unknown {
  const { requests, situation, watching, watchers, connection } = page.viewer;
  if (!page.parts.has('people') || page.device === undefined) return loading();
  return html`<vedette-people
    .send=${requests.send.bind(requests)}
    .device=${page.device}
    .locks=${situation.locks}
    .watching=${connection.phase === 'connected' ? watching : undefined}
    .watchers=${watchers}
    .now=${page.now}
  ></vedette-people>`;
}

const loading = (): unknown => html`<p role="status">${strings.loading}</p>`;
