import { css, html, LitElement, nothing } from 'lit';
import type { AuditEntry } from '../../protocol/access.ts';
import { ActivityResult } from '../../protocol/request.ts';
import { mayHavePicture } from '../proof.ts';
import { refusalWords } from '../refusal-words.ts';
import type { RequestClient } from '../requests.ts';
import { clockSeconds, dayName, strings } from '../strings.ts';
import { define } from './define.ts';
import { shared } from './theme.ts';
import './vedette-proof.ts';

const pageSize = 50;

/** The audit trail as people read it, the newest first. */
export class VedetteActivity extends LitElement {
  static override properties = {
    send: { attribute: false },
    pictures: { type: Boolean },
    entries: { state: true },
    complete: { state: true },
    trouble: { state: true },
    asking: { state: true },
  };
  declare send: RequestClient['send'];
  /** They can be had here: at the device's own page, by who may see what was. */
  declare pictures: boolean;
  declare entries: readonly AuditEntry[];
  /** There are no earlier ones. */
  declare complete: boolean;
  declare trouble: string | undefined;
  declare asking: boolean;

  constructor() {
    super();
    this.entries = [];
  }

  protected override firstUpdated(): void {
    this.#ask().catch(() => undefined); // it never rejects
  }

  async #ask(): Promise<void> {
    this.asking = true;
    this.trouble = undefined;
    const before = this.entries.at(-1)?.seq;
    const receipt = await this.send({
      type: 'activity',
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    this.asking = false;
    const page = receipt.state === 'done' ? ActivityResult.safeParse(receipt.result).data : undefined;
    if (page === undefined) {
      this.trouble = receipt.state === 'refused' ? refusalWords(receipt) : strings.loadFailed;
      return;
    }
    this.entries = [...this.entries, ...page.entries];
    this.complete = page.entries.length < pageSize;
  }

  protected override render(): unknown {
    const { entries } = this;
    return html`<section aria-label=${strings.activity}>
      <h2>${strings.activity}</h2>
      <ol>
        ${entries.map((entry, index) => {
          const day = dayName(entry.time);
          const before = entries[index - 1];
          return html`
            ${before !== undefined && dayName(before.time) === day ? nothing : html`<li class="day">${day}</li>`}
            <li data-seq=${entry.seq} data-type=${entry.type}>
              <time datetime=${new Date(entry.time).toISOString()}>${clockSeconds(entry.time)}</time>
              <span>${entry.title}${
                entry.detail?.keypad === undefined
                  ? nothing
                  : html` <small>${strings.activityKeypad(String(entry.detail.keypad))}</small>`
              }${this.#picture(entry)}</span>
            </li>
          `;
        })}
      </ol>
      ${this.#foot()}
    </section>`;
  }

  #picture(entry: AuditEntry): unknown {
    if (entry.picture === undefined) return nothing;
    return this.pictures && mayHavePicture(entry)
      ? html`<vedette-proof .entry=${entry}></vedette-proof>`
      : html` <small>${strings.activityPicture}</small>`;
  }

  #foot(): unknown {
    if (this.trouble !== undefined) {
      return html`<p role="alert">${this.trouble}
        <button class="outlined" @click=${() => this.#ask()}>${strings.tryAgain}</button></p>`;
    }
    if (this.asking) return html`<p role="status">${strings.loading}</p>`;
    if (!this.complete) {
      return html`<button class="outlined" @click=${() => this.#ask()}>${strings.earlier}</button>`;
    }
    return this.entries.length === 0 ? html`<p>${strings.noActivity}</p>` : nothing;
  }

  static override styles = [
    shared,
    css`
      h2,
      .day {
        margin: 0;
        font-size: 0.875rem;
        font-weight: 600;
        color: var(--ink-soft);
      }
      ol {
        margin: 0 0 var(--unit);
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        gap: calc(var(--unit) * 1.5);
        padding: calc(var(--unit) / 2) 0;
        overflow-wrap: anywhere;
      }
      .day {
        padding-top: var(--unit);
      }
      time {
        flex: none;
        font-variant-numeric: tabular-nums;
        color: var(--ink-soft);
      }
      span {
        min-width: 0;
      }
      small,
      p {
        font-size: 0.875rem;
        color: var(--ink-soft);
      }
    `,
  ];
}

define('vedette-activity', VedetteActivity);
