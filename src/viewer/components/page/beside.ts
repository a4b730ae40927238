import { html, nothing } from 'lit';
import { strings } from '../../strings.ts';
import type { Page } from './page.ts';
import { events } from './views.ts';
import '../vedette-alarm.ts';
import '../vedette-lock.ts';
import '../vedette-tiles.ts';

/** What is not the picture: alarms, locks, sensors, and what happened last. */
export function beside(page: Page): unknown {
  const { situation, connection } = page.viewer;
  return html`<aside>
    ${trust(page)}
    ${alarms(page)}
    ${locks(page)}
    <vedette-tiles
      .situation=${situation}
      ?connected=${connection.phase === 'connected'}
      ?settable=${page.may('control')}
      ?charts=${page.may('history')}
    ></vedette-tiles>
    ${page.view === 'live' && page.may('history') ? events(page, true) : nothing}
  </aside>`;
}

/** Nobody may do more than look, and the way out is at the device. */
function trust(page: Page): unknown {
  const trouble = page.viewer.situation.trust;
  if (!trouble) return nothing;
  return html`<p class="trouble" role="alert" data-code=${trouble.code}>
    ${strings.trustTrouble} <code>vedette audit recover</code>
  </p>`;
}

function alarms(page: Page): unknown {
  const { alarms, shelved } = page.attention;
  if (alarms.length + shelved.length === 0) return nothing;
  return html`<section class="alarms" aria-label=${strings.alarms}>
    ${[...alarms, ...shelved].map(
      (status) => html`<vedette-alarm
        data-rule=${status.rule}
        .status=${status}
        .now=${page.now}
        .place=${page.placeOf({ status })}
        ?control=${page.may('control')}
      ></vedette-alarm>`,
    )}
  </section>`;
}

function locks(page: Page): unknown {
  const { situation, connection, requests } = page.viewer;
  if (situation.locks.size === 0) return nothing;
  return html`<section class="locks" aria-label=${strings.locks}>
    ${[...situation.locks.values()].map(
      (status) => html`<vedette-lock
        data-lock=${status.lock}
        .status=${status}
        .send=${requests.send.bind(requests)}
        .now=${page.now}
        ?may=${page.may(`unlock:${status.lock}`)}
        ?connected=${connection.phase === 'connected'}
      ></vedette-lock>`,
    )}
  </section>`;
}
