import { css, html, LitElement, nothing } from 'lit';
import type { AlarmStatus } from '../../protocol/alarm.ts';
import type { ViewerMessage } from '../../protocol/events.ts';
import { clockTime, dayTime, lengthOf, strings } from '../strings.ts';
import { define } from './define.ts';
import { eventValue } from './event-words.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/** For how long an alarm can be shelved, minutes. */
const shelveMinutes = [30, 60, 240, 480, 1_440, 10_080];

/**
 * One alarm: what, where, since when, and what one can do about it.
 * @fires look `{detail: AlarmStatus}`
 * @fires say `{detail: ViewerMessage}` to be sent to the device
 */
export class VedetteAlarm extends LitElement {
  static override properties = {
    status: { attribute: false },
    place: {},
    control: { type: Boolean },
    large: { type: Boolean },
    now: { attribute: false },
    shelving: { state: true },
  };
  declare status: AlarmStatus;
  /** The title of its feed or sensor. */
  declare place: string | undefined;
  /** Whether this person may do something about it. */
  declare control: boolean;
  declare large: boolean;
  declare now: number;
  declare shelving: boolean;

  protected override render(): unknown {
    const { status } = this;
    const { severity, state } = status;
    const value = eventValue(status);
    return html`
      <article data-severity=${severity} data-state=${state}>
        <p class="kind">${severity === 'info' ? icons.note : icons.alarm} ${strings[severity]}</p>
        <h2>${status.title}${value === undefined ? nothing : html`<span class="value"> ${value}</span>`}</h2>
        <p class="where">${[this.place, this.#since()].filter((part) => part !== undefined).join(' · ')}</p>
        ${state === 'latched' && status.acknowledgedBy === undefined ? html`<p>${strings.latched}</p>` : nothing}
        ${state === 'shelved' ? html`<p>${this.#shelved()}</p>` : nothing}
        ${status.acknowledgedBy === undefined ? nothing : html`<p class="by">${strings.gotItBy(status.acknowledgedBy)}</p>`}
        ${this.shelving ? this.#form() : this.#buttons()}
      </article>
    `;
  }

  #since(): string {
    const { since } = this.status;
    return strings.since(clockTime(since), lengthOf(this.now - since));
  }

  #shelved(): string {
    const { shelvedUntil, shelvedBecause } = this.status;
    const until = shelvedUntil === undefined ? undefined : strings.shelvedUntil(dayTime(shelvedUntil));
    return [until, shelvedBecause].filter((part) => part !== undefined).join(': ');
  }

  #buttons(): unknown {
    const { rule, state, feed, acknowledgedBy, silenced, severity } = this.status;
    const button = (kind: string, words: string, act: () => void): unknown =>
      html`<button class=${kind} @click=${act}>${words}</button>`;
    if (state === 'shelved') {
      return this.control
        ? html`<div class="buttons">${button('outlined', strings.unshelve, () =>
            this.#say({ type: 'shelve', rule, minutes: 0, reason: '' }),
          )}</div>`
        : nothing;
    }
    return html`<div class="buttons">
      ${feed === undefined ? nothing : button(this.large ? 'filled alarm' : 'outlined', strings.look, () => this.#fire('look', this.status))}
      ${
        this.control && acknowledgedBy === undefined
          ? button(feed === undefined && this.large ? 'filled alarm' : 'outlined', strings.gotIt, () =>
              this.#say({ type: 'acknowledge', rule }),
            )
          : nothing
      }
      ${
        this.control && severity === 'critical' && state === 'raised' && !silenced
          ? button('outlined', strings.silence, () => this.#say({ type: 'silence', rule }))
          : nothing
      }
      ${
        this.control
          ? button('quiet', strings.shelve, () => {
              this.shelving = true;
            })
          : nothing
      }
    </div>`;
  }

  #form(): unknown {
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const data = new FormData(event.target as HTMLFormElement);
        this.#say({
          type: 'shelve',
          rule: this.status.rule,
          minutes: Number(data.get('minutes')),
          reason: String(data.get('reason') ?? '').trim(),
        });
        this.shelving = false;
      }}
    >
      <label>${strings.shelveFor}
        <select name="minutes">
          ${shelveMinutes.map((minutes) => html`<option value=${minutes}>${lengthOf(minutes * 60_000)}</option>`)}
        </select>
      </label>
      <label>${strings.shelveReason}
        <input name="reason" required maxlength="200" autocomplete="off" />
      </label>
      <div class="buttons">
        <button class="filled">${strings.shelveNow}</button>
        <button type="button" class="outlined" @click=${() => {
          this.shelving = false;
        }}>${strings.cancel}</button>
      </div>
    </form>`;
  }

  #say(message: ViewerMessage): void {
    this.#fire('say', message);
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
        padding: calc(var(--unit) * 1.5) calc(var(--unit) * 2);
        border-radius: var(--radius);
        background: var(--surface);
        border: 1px solid var(--line);
        border-left: 6px solid var(--tone);
        --tone: var(--ink-soft);
      }
      [data-severity='warning'] {
        --tone: var(--warn);
      }
      [data-severity='critical'] {
        --tone: var(--live);
      }
      [data-state='shelved'] {
        border-left-style: dotted;
      }
      :host([large]) article {
        border: 0;
        padding: 0;
        background: none;
        border-radius: 0;
      }
      p,
      h2 {
        margin: 0;
      }
      .kind {
        display: flex;
        align-items: center;
        gap: 6px;
        font-size: 0.875rem;
        font-weight: 600;
        color: var(--tone);
      }
      .kind svg {
        width: 18px;
        height: 18px;
      }
      h2 {
        font-size: 1.0625rem;
        line-height: 1.3;
        overflow-wrap: anywhere;
      }
      :host([large]) h2 {
        font-size: 1.5rem;
      }
      .value {
        white-space: pre;
        font-variant-numeric: tabular-nums;
        color: var(--tone);
      }
      .where,
      .by {
        color: var(--ink-soft);
        font-size: 0.875rem;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--unit);
        margin-top: calc(var(--unit) * 1.5);
      }
      .quiet {
        padding: 0 calc(var(--unit) * 1.5);
        color: var(--ink-soft);
      }
      form {
        display: grid;
        gap: var(--unit);
        margin-top: var(--unit);
      }
      label {
        display: grid;
        gap: 4px;
        font-size: 0.875rem;
      }
    `,
  ];
}

define('vedette-alarm', VedetteAlarm);
