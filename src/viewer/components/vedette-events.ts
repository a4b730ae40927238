import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type AlarmStatus, DeviceEvent, Severity } from '../../protocol/alarm.ts';
import { byDay, type EventFilter } from '../event-list.ts';
import { EventLog } from '../event-log.ts';
import { askRecords, type RecordsStatus } from '../history.ts';
import { dayName, ownZone, strings } from '../strings.ts';
import { define } from './define.ts';
import { severityWords, typeWords } from './event-words.ts';
import { shared } from './theme.ts';
import './vedette-clip.ts';
import './vedette-event.ts';

const pageSize = 30;
/** As many as a column beside the picture is looked at for. */
const latestCount = 6;

/**
 * What happened: a list with filters, or the latest few beside the picture.
 * @fires all when the whole list is wanted
 */
export class VedetteEvents extends LitElement {
  static override properties = {
    listen: { attribute: false },
    alarms: { attribute: false },
    placeOf: { attribute: false },
    connected: { type: Boolean },
    control: { type: Boolean },
    compact: { type: Boolean },
    zone: {},
    show: {},
    records: { state: true },
    shown: { state: true },
  };
  /** Subscribes to what happens now. */
  declare listen: (listener: (event: DeviceEvent) => void) => () => void;
  declare alarms: ReadonlyMap<string, AlarmStatus>;
  declare placeOf: (event: DeviceEvent) => string | undefined;
  /** A list that was cut off is asked for anew. */
  declare connected: boolean;
  declare control: boolean;
  /** The latest few, without filters. */
  declare compact: boolean;
  /** The device's zone. */
  declare zone: string | undefined;
  /** The id of an event to open. */
  declare show: string | undefined;
  declare records: RecordsStatus | undefined;
  /** The event whose clip or picture is on the screen. */
  declare shown: DeviceEvent | undefined;

  readonly #aside = new AbortController();
  #log: EventLog | undefined;
  #release: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#release = this.listen((event) => this.#log?.take(event));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#release?.();
    this.#log?.stop();
    this.#aside.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.#log === undefined) {
      this.#log = new EventLog(this.compact ? latestCount : pageSize, () => this.requestUpdate());
      this.#log.start();
      this.#askRecords();
    } else if (changed.has('connected') && this.connected) {
      this.#log.start();
    }
    if (this.show !== undefined && this.shown === undefined) {
      this.shown = this.#log.list.events.find(({ id }) => id === this.show);
      if (this.shown !== undefined) this.show = undefined;
    }
  }

  #askRecords(): void {
    if (this.compact) return;
    askRecords(this.#aside.signal).then(
      (records) => {
        this.records = records;
      },
      () => undefined, // it never rejects
    );
  }

  protected override render(): unknown {
    const log = this.#log as EventLog;
    const { events } = log.list;
    const shown = this.compact ? events.slice(0, latestCount) : events;
    return html`
      <h2 class=${this.compact ? '' : 'visually-hidden'}>${this.compact ? strings.recentEvents : strings.events}</h2>
      ${this.compact ? nothing : this.#head(log.filter)}
      <div @play=${(event: CustomEvent<DeviceEvent>) => {
        this.shown = event.detail;
      }} aria-busy=${log.state === 'loading'}>
        ${byDay(shown, dayWords).map(
          ({ day, events }) => html`<h3 class="day">${day}</h3>
            <ul>
              ${repeat(
                events,
                ({ id }) => id,
                (event) => html`<li>${this.#event(event)}</li>`,
              )}
            </ul>`,
        )}
      </div>
      ${this.#foot(log)}
      ${
        this.shown === undefined
          ? nothing
          : html`<vedette-clip .event=${this.shown} @close=${() => {
              this.shown = undefined;
            }}></vedette-clip>`
      }
    `;
  }

  #event(event: DeviceEvent): unknown {
    const alarm = event.rule === undefined ? undefined : this.alarms.get(event.rule);
    const takeable = this.control && alarm?.event === event.id && alarm.acknowledgedBy === undefined;
    return html`<vedette-event
      data-event=${event.id}
      .event=${event}
      .place=${this.placeOf(event)}
      .zone=${this.zone}
      ?compact=${this.compact}
      ?takeable=${takeable}
    ></vedette-event>`;
  }

  #head(filter: EventFilter): unknown {
    const { records } = this;
    const zone = ownZone();
    return html`
      <div class="filters">
        ${choice(strings.filterType, DeviceEvent.shape.type.options, typeWords, filter.types, (types) =>
          this.#log?.start({ ...filter, types }),
        )}
        ${choice(strings.filterSeverity, Severity.options, severityWords, filter.severities, (severities) =>
          this.#log?.start({ ...filter, severities }),
        )}
      </div>
      <p class="records">
        ${
          records?.trouble === undefined
            ? nothing
            : html`<strong role="alert">${strings.recordsTrouble(records.trouble)}</strong> `
        }${
          records?.daysLeft === undefined
            ? nothing
            : html`<span data-records>${strings.daysLeft(strings.days(Math.floor(records.daysLeft)))}.</span> `
        }${
          this.zone === undefined || this.zone === zone
            ? strings.zoneSame(zone)
            : strings.zoneOther(zone, this.zone)
        }.
      </p>
    `;
  }

  #foot(log: EventLog): unknown {
    if (log.state === 'failed') {
      return html`<p role="alert">${strings.loadFailed}
        <button class="outlined" @click=${() => log.start()}>${strings.tryAgain}</button></p>`;
    }
    if (this.compact) {
      return log.list.events.length === 0 && log.state === 'there'
        ? html`<p class="none">${strings.noEvents}</p>`
        : html`<button class="all" @click=${() => this.dispatchEvent(new CustomEvent('all'))}>${strings.allEvents}</button>`;
    }
    if (log.state === 'loading') return html`<p class="none" role="status">${strings.loading}</p>`;
    if (!log.list.complete) {
      return html`<button class="outlined earlier" @click=${() => log.more()}>${strings.earlier}</button>`;
    }
    const filtered = log.filter.types.length + log.filter.severities.length > 0;
    return log.list.events.length === 0
      ? html`<p class="none">${filtered ? strings.noEventsFit : strings.noEvents}</p>`
      : nothing;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      h2,
      .day {
        margin: 0;
        font-size: 0.875rem;
        font-weight: 600;
      }
      .day {
        padding: var(--unit) 0 0;
        color: var(--ink-soft);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .filters {
        display: grid;
        gap: var(--unit);
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: var(--unit);
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      @media (max-width: 599px) {
        fieldset {
          flex-wrap: nowrap;
          margin-inline: var(--bleed, 0);
          padding-inline: calc(var(--unit) * 2);
          overflow-x: auto;
        }
      }
      .chip {
        flex: none;
        padding: 0 calc(var(--unit) * 1.5);
        font-size: 0.875rem;
        box-shadow: inset 0 0 0 1px var(--line);
      }
      .chip[aria-pressed='true'] {
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
      }
      .records {
        margin: var(--unit) 0;
        font-size: 0.875rem;
        color: var(--ink-soft);
      }
      .records strong {
        color: var(--live);
      }
      .none {
        color: var(--ink-soft);
      }
      .all {
        color: var(--accent);
        font-size: 0.875rem;
        font-weight: 600;
      }
      .earlier {
        margin: calc(var(--unit) * 2) 0;
      }
    `,
  ];
}

/** Chips that are on or off; none on means all. */
function choice<T extends string>(
  name: string,
  options: readonly T[],
  words: Readonly<Record<T, string>>,
  chosen: readonly T[],
  choose: (chosen: readonly T[]) => void,
): unknown {
  return html`<fieldset>
    <legend class="visually-hidden">${name}</legend>
    ${options.map((option) => {
      const on = chosen.includes(option);
      return html`<button class="chip" aria-pressed=${on} @click=${() =>
        choose(
          on ? chosen.filter((each) => each !== option) : [...chosen, option],
        )}>${words[option]}</button>`;
    })}
  </fieldset>`;
}

function dayWords(wallMs: number): string {
  const day = dayName(wallMs);
  if (day === dayName(Date.now())) return strings.today;
  return day === dayName(Date.now() - 86_400_000) ? strings.yesterday : day;
}

define('vedette-events', VedetteEvents);
