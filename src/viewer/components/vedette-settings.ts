import { css, html, LitElement, nothing } from 'lit';
import { type PushState, pushState, switchPushOff, switchPushOn, updatePush } from '../push.ts';
import type { Settings } from '../settings.ts';
import { dayTime, lengthOf, ownZone, strings } from '../strings.ts';
import { define } from './define.ts';
import { dialogStyles } from './dialog-styles.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/** For how long nothing is heard, minutes. */
const snoozeMinutes = [30, 60, 120, 480];
/** What quiet hours begin with. */
const usualQuiet = { from: '22:00', to: '07:00' };

const pushWords: Readonly<Record<PushState, string>> = {
  on: strings.notificationsHint,
  off: strings.notificationsHint,
  insecure: strings.notificationsInsecure,
  unsupported: strings.notificationsUnsupported,
  denied: strings.notificationsDenied,
  'off-here': strings.notificationsOff,
};

/**
 * What a person sets for this browser: a name, quiet hours, a snooze, notifications.
 * @fires change-settings `{detail: Partial<Settings>}`
 * @fires close
 */
export class VedetteSettings extends LitElement {
  static override properties = {
    settings: { attribute: false },
    httpsUrl: { attribute: false },
    push: { state: true },
    busy: { state: true },
    failed: { state: true },
  };
  declare settings: Settings;
  /** The page's secure address, where it has one. */
  declare httpsUrl: string | undefined;
  declare push: PushState | undefined;
  declare busy: boolean;
  declare failed: boolean;

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
    pushState().then(
      (state) => {
        this.push = state;
      },
      () => undefined, // it never rejects
    );
  }

  #change(change: Partial<Settings>): void {
    this.dispatchEvent(new CustomEvent('change-settings', { detail: change }));
    updatePush({ ...this.settings, ...change }).catch(() => undefined); // it never rejects
  }

  async #switch(): Promise<void> {
    this.busy = true;
    this.failed = false;
    try {
      this.push = await (this.push === 'on' ? switchPushOff() : switchPushOn(this.settings));
    } catch {
      this.failed = true;
    }
    this.busy = false;
  }

  protected override render(): unknown {
    const close = (): void => this.renderRoot.querySelector('dialog')?.close();
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <header>
        <h2 id="title">${strings.settings}</h2>
        <button aria-label=${strings.close} title=${strings.close} @click=${close}>${icons.close}</button>
      </header>
      <label class="block">${strings.myName}
        <input
          maxlength="40"
          autocomplete="nickname"
          .value=${this.settings.name}
          aria-describedby="name-hint"
          @change=${(event: Event) => this.#change({ name: (event.target as HTMLInputElement).value.trim() })}
        />
      </label>
      <p class="hint" id="name-hint">${strings.myNameHint}</p>
      ${this.#notifications()} ${this.#quiet()} ${this.#snooze()}
      <footer><button class="filled" @click=${close}>${strings.done}</button></footer>
    </dialog>`;
  }

  #notifications(): unknown {
    const { push } = this;
    const can = push === 'on' || push === 'off';
    return html`
      <label class="switch">
        <input type="checkbox" role="switch" .checked=${push === 'on'} ?disabled=${!can || this.busy}
          aria-describedby="push-hint" @change=${() => this.#switch()} />
        ${strings.notifications}
      </label>
      <p class="hint" id="push-hint" role="status">
        ${this.failed ? strings.notificationsFailed : push === undefined ? strings.loading : pushWords[push]}
        ${push === 'insecure' && this.httpsUrl !== undefined ? html`<a href=${this.httpsUrl}>${strings.insecureCure}</a>` : nothing}
      </p>
    `;
  }

  #quiet(): unknown {
    const { quiet } = this.settings;
    const time = (key: 'from' | 'to'): unknown => html`<label>${strings[key]}
      <input type="time" required .value=${quiet?.[key] ?? usualQuiet[key]} @change=${(event: Event) => {
        const { value } = event.target as HTMLInputElement;
        if (value !== '' && quiet) this.#change({ quiet: { ...quiet, zone: ownZone(), [key]: value } });
      }} /></label>`;
    return html`
      <label class="switch">
        <input type="checkbox" role="switch" .checked=${quiet !== undefined} aria-describedby="quiet-hint" @change=${() =>
          this.#change({ quiet: quiet === undefined ? { ...usualQuiet, zone: ownZone() } : undefined })} />
        ${strings.quietHours}
      </label>
      <p class="hint" id="quiet-hint">${strings.quietHint}</p>
      ${quiet === undefined ? nothing : html`<div class="times">${time('from')} ${time('to')}</div>`}
    `;
  }

  #snooze(): unknown {
    const { snoozeUntil } = this.settings;
    const snoozed = snoozeUntil !== undefined && snoozeUntil > Date.now();
    return html`<div class="snooze" role="group" aria-label=${strings.snooze}>
      <span>${snoozed ? strings.snoozeUntil(dayTime(snoozeUntil)) : strings.snooze}</span>
      <div class="lengths">
        ${
          snoozed
            ? html`<button class="outlined" @click=${() => this.#change({ snoozeUntil: undefined })}>${strings.snoozeOff}</button>`
            : snoozeMinutes.map(
                (minutes) =>
                  html`<button class="outlined" @click=${() =>
                    this.#change({
                      snoozeUntil: Date.now() + minutes * 60_000,
                    })}>${lengthOf(minutes * 60_000)}</button>`,
              )
        }
      </div>
    </div>`;
  }

  static override styles = [
    shared,
    dialogStyles,
    css`
      h2 {
        margin: 0;
        font-size: 1.125rem;
      }
      .block {
        display: grid;
        gap: 4px;
      }
      .switch {
        display: flex;
        align-items: center;
        gap: calc(var(--unit) * 1.5);
        min-height: var(--target);
        margin-top: var(--unit);
      }
      .switch input {
        width: 24px;
        height: 24px;
        margin: 0;
      }
      .hint {
        margin: 0;
        font-size: 0.875rem;
        color: var(--ink-soft);
      }
      .hint a {
        color: var(--accent);
      }
      .times {
        display: flex;
        gap: calc(var(--unit) * 2);
        margin-top: var(--unit);
      }
      .times label {
        display: flex;
        align-items: center;
        gap: var(--unit);
      }
      .snooze {
        margin-top: calc(var(--unit) * 2);
      }
      .lengths {
        display: flex;
        flex-wrap: wrap;
        gap: var(--unit);
        margin-top: 4px;
      }
      .lengths button {
        padding: 0 calc(var(--unit) * 1.5);
        font-weight: 500;
      }
      footer {
        margin-top: calc(var(--unit) * 3);
        text-align: right;
      }
    `,
  ];
}

define('vedette-settings', VedetteSettings);
