import { html, LitElement, nothing } from 'lit';
import type { Grant, GrantLimits } from '../../protocol/access.ts';
import type { LockStatus } from '../../protocol/lock.ts';
import { covers, type Scope } from '../../protocol/scope.ts';
import { ability, grantContext, grantWords } from '../grant-words.ts';
import { refusalWords } from '../refusal-words.ts';
import type { RequestClient } from '../requests.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { dialogStyles } from './dialog-styles.ts';
import { icons } from './icons.ts';
import { inviteStyles } from './invite-styles.ts';
import { localText } from './local-text.ts';
import { shared } from './theme.ts';

const offered: readonly Scope[] = [
  ...(['view', 'listen', 'talk', 'snapshot', 'telemetry', 'history', 'control'] as const),
];
const offeredLast: readonly Scope[] = ['invite', 'admin'];

/**
 * Changes what somebody may: another grant in the place of theirs.
 * @fires granted the device has it
 * @fires close
 */
export class VedetteGrant extends LitElement {
  static override properties = {
    send: { attribute: false },
    locks: { attribute: false },
    name: { attribute: false },
    grant: { attribute: false },
    held: { attribute: false },
    scopes: { state: true },
    limits: { state: true },
    busy: { state: true },
    trouble: { state: true },
  };
  declare send: RequestClient['send'];
  declare locks: ReadonlyMap<string, LockStatus>;
  /** Whose grant it is. */
  declare name: string;
  declare grant: Grant;
  /** What this person may: nobody gives more than they have. */
  declare held: readonly Scope[];
  declare scopes: readonly Scope[];
  declare limits: GrantLimits;
  declare busy: boolean;
  declare trouble: string | undefined;

  protected override willUpdate(): void {
    this.scopes ??= this.grant.scopes;
    this.limits ??= this.grant.limits;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  /** What can be given, and what is given already. */
  get #choices(): readonly Scope[] {
    const locks = [...this.locks.keys()].map((lock): Scope => `unlock:${lock}`);
    const all = [...offered, ...locks, ...offeredLast].filter((scope) => covers(this.held, scope));
    return [...new Set([...all, ...this.grant.scopes])];
  }

  #limit(change: Partial<GrantLimits>): void {
    const limits = { ...this.limits, ...change };
    this.limits = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  }

  async #save(): Promise<void> {
    this.busy = true;
    this.trouble = undefined;
    const { id: instead, person } = this.grant;
    const receipt = await this.send({
      ...{ type: 'grant', person, instead, scopes: [...this.scopes], limits: this.limits },
    });
    this.busy = false;
    if (receipt.state === 'done') {
      this.dispatchEvent(new CustomEvent('granted'));
      this.renderRoot.querySelector('dialog')?.close();
    } else this.trouble = receipt.state === 'refused' ? refusalWords(receipt) : strings.loadFailed;
  }

  protected override render(): unknown {
    const context = grantContext((lock) => this.locks.get(lock)?.title, Date.now());
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <header>
        <h2 id="title">${strings.grantTitle(this.name)}</h2>
        <button aria-label=${strings.close} title=${strings.close} @click=${() =>
          this.renderRoot.querySelector('dialog')?.close()}>${icons.close}</button>
      </header>
      <form @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        return this.#save();
      }}>
        <fieldset>
          <legend>${strings.grantWhat}</legend>
          ${this.#choices.map(
            (scope) => html`<label class="choice">
              <input type="checkbox" name=${scope} .checked=${this.scopes.includes(scope)} @change=${() => {
                this.scopes = this.scopes.includes(scope)
                  ? this.scopes.filter((each) => each !== scope)
                  : [...this.scopes, scope];
              }} />
              <span>${ability(scope, {}, context)}</span>
            </label>`,
          )}
        </fieldset>
        ${this.#limits()}
        ${
          this.scopes.length === 0
            ? nothing
            : html`<p class="said" role="status">${grantWords({ scopes: this.scopes, limits: this.limits }, context)}</p>`
        }
        ${this.trouble === undefined ? nothing : html`<p class="trouble" role="alert">${this.trouble}</p>`}
        <button class="filled" ?disabled=${this.busy || this.scopes.length === 0}>${strings.grantSave}</button>
      </form>
    </dialog>`;
  }

  #limits(): unknown {
    const { until, uses, thisNetwork } = this.limits;
    return html`
      <label>${strings.grantUntil}<input type="datetime-local" .value=${until === undefined ? '' : localText(until)}
        @change=${(event: Event) => {
          const time = new Date((event.target as HTMLInputElement).value).getTime();
          this.#limit({ until: Number.isFinite(time) ? time : undefined });
        }} /></label>
      <label>${strings.grantUses}<input type="number" min="1" max="10000" .value=${String(uses ?? '')}
        @change=${(event: Event) => {
          const count = (event.target as HTMLInputElement).valueAsNumber;
          this.#limit({ uses: Number.isFinite(count) ? count : undefined });
        }} /></label>
      <label class="choice"><input type="checkbox" .checked=${thisNetwork === true} @change=${() =>
        this.#limit({ thisNetwork: thisNetwork ? undefined : true })} />
        <span>${strings.onlyNetwork}</span></label>
    `;
  }

  static override styles = [shared, dialogStyles, inviteStyles];
}

define('vedette-grant', VedetteGrant);
