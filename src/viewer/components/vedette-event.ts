import { css, html, LitElement, nothing } from 'lit';
import type { DeviceEvent } from '../../protocol/alarm.ts';
import { clipUrl, snapshotUrl } from '../history.ts';
import { clockTime, ownZone, strings, timeIn } from '../strings.ts';
import { define } from './define.ts';
import { eventIcons, eventOutcome, eventValue } from './event-words.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/**
 * One event of a list: when, what, its picture and clip.
 * @fires play `{detail: DeviceEvent}` when its clip or picture is wanted large
 * @fires say `{detail: ViewerMessage}` to be sent to the device
 */
export class VedetteEvent extends LitElement {
  static override properties = {
    event: { attribute: false },
    place: {},
    zone: {},
    compact: { type: Boolean },
    takeable: { type: Boolean },
  };
  declare event: DeviceEvent;
  /** The title of its feed or sensor. */
  declare place: string | undefined;
  /** The device's zone. */
  declare zone: string | undefined;
  /** In a narrow column: no buttons but the picture itself. */
  declare compact: boolean;
  /** Its alarm waits for somebody to say "Got it". */
  declare takeable: boolean;

  protected override render(): unknown {
    const { event } = this;
    const { type, severity, title, time, detail } = event;
    const elsewhere = this.zone !== undefined && this.zone !== ownZone();
    const there = elsewhere && !this.compact ? timeIn(time, this.zone ?? '') : undefined;
    const value = eventValue(event);
    const place = this.place === title ? undefined : this.place;
    return html`
      <article data-type=${type} data-severity=${severity}>
        ${this.#picture()}
        <div class="words">
          <p class="when">
            <span class="icon">${eventIcons[type]}</span>
            <time datetime=${new Date(time).toISOString()}>${clockTime(time)}</time>
            ${there === undefined ? nothing : html`<span class="there">(${strings.deviceTime(there)})</span>`}
          </p>
          <h3>${title}${value === undefined ? nothing : html`<span class="value"> ${value}</span>`}</h3>
          <p class="more">${[place, eventOutcome(event)].filter(Boolean).join(' · ')}</p>
          ${detail === undefined || this.compact ? nothing : html`<p class="more">${detail}</p>`}
          ${this.compact ? nothing : this.#buttons()}
        </div>
      </article>
    `;
  }

  #picture(): unknown {
    const { event } = this;
    if (!event.snapshot && event.clip === undefined) return nothing;
    const name = event.clip === undefined ? strings.showPicture : strings.playClip;
    return html`<button class="picture" aria-label=${name(event.title)} @click=${() => this.#fire('play', event)}>
      ${event.snapshot ? html`<img src=${snapshotUrl(event)} alt="" width="160" height="90" loading="lazy" decoding="async" />` : nothing}
      ${event.clip === undefined ? nothing : html`<span class="clip">${icons.play}</span>`}
    </button>`;
  }

  #buttons(): unknown {
    const { clip, snapshot, rule, id } = this.event;
    const take = this.takeable && rule !== undefined;
    if (!take && clip === undefined && !snapshot) return nothing;
    return html`<div class="buttons">
      ${take ? html`<button class="outlined" @click=${() => this.#fire('say', { type: 'acknowledge', rule })}>${strings.gotIt}</button>` : nothing}
      ${clip === undefined ? nothing : download(`${clipUrl(clip)}?download`, clip, strings.downloadClip, strings.clipShort)}
      ${snapshot ? download(snapshotUrl(this.event), `${id}.jpg`, strings.downloadPicture, strings.snapshot) : nothing}
    </div>`;
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      article {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: calc(var(--unit) * 1.5);
        padding: var(--unit) 0;
        --tone: var(--ink-soft);
      }
      [data-severity='warning'] {
        --tone: var(--warn);
      }
      [data-severity='critical'] {
        --tone: var(--live);
      }
      .picture {
        position: relative;
        align-self: start;
        width: 160px;
        height: 90px;
        padding: 0;
        overflow: hidden;
        border-radius: 8px;
        background: #05070a;
        color: var(--on-scrim);
      }
      :host([compact]) .picture {
        width: 80px;
        height: 45px;
      }
      @media (max-width: 479px) {
        .picture {
          width: 112px;
          height: 63px;
        }
      }
      img {
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      .clip {
        position: absolute;
        display: grid;
        place-items: center;
        padding: 4px;
        border-radius: 50%;
        background: var(--scrim);
      }
      .clip svg {
        width: 20px;
        height: 20px;
      }
      .words {
        grid-column: 2;
        min-width: 0;
      }
      article > .words:first-child {
        grid-column: 1 / -1;
      }
      p,
      h3 {
        margin: 0;
      }
      .when {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 6px;
        font-size: 0.875rem;
        color: var(--ink-soft);
        font-variant-numeric: tabular-nums;
      }
      .icon {
        line-height: 0;
        color: var(--tone);
      }
      .icon svg {
        width: 18px;
        height: 18px;
      }
      h3 {
        font-size: 1rem;
        font-weight: 600;
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      .value {
        color: var(--tone);
        font-variant-numeric: tabular-nums;
      }
      .more {
        font-size: 0.875rem;
        color: var(--ink-soft);
        overflow-wrap: anywhere;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--unit);
        margin-top: 4px;
      }
      .buttons a {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-height: var(--target);
        padding-right: var(--unit);
        color: var(--accent);
        text-decoration: none;
        font-size: 0.875rem;
        font-weight: 600;
      }
      .buttons a:hover {
        text-decoration: underline;
      }
      .buttons svg {
        width: 20px;
        height: 20px;
      }
    `,
  ];
}

const download = (href: string, name: string, said: string, words: string): unknown =>
  html`<a href=${href} download=${name} aria-label=${said} title=${said}>${icons.download} ${words}</a>`;

define('vedette-event', VedetteEvent);
