import { html, LitElement, nothing, svg } from 'lit';
import { encode } from 'uqr';
import type { KeypadDescription } from '../../protocol/keypad.ts';
import type { LockStatus } from '../../protocol/lock.ts';
import { CodeResult, InviteResult } from '../../protocol/request.ts';
import { covers, type Scope } from '../../protocol/scope.ts';
import type { DeviceDescription } from '../device.ts';
import { grantContext, grantWords } from '../grant-words.ts';
import {
  byCode,
  furtherKey,
  type Invitee,
  type InviteForm,
  type InviteTerms,
  inviteesFor,
  keypadsFor,
  termsOf,
} from '../invite-choices.ts';
import { writeJoinLink } from '../join-link.ts';
import { refusalWords } from '../refusal-words.ts';
import type { RequestClient } from '../requests.ts';
import { dayTime, ownZone, strings } from '../strings.ts';
import { define } from './define.ts';
import { dialogStyles } from './dialog-styles.ts';
import { icons } from './icons.ts';
import { inviteStyles } from './invite-styles.ts';
import { localText } from './local-text.ts';
import { shared } from './theme.ts';

const words: Readonly<Record<Invitee, readonly [string, string]>> = {
  resident: [strings.inviteResident, strings.inviteResidentHint],
  courier: [strings.inviteCourier, strings.inviteCourierHint],
  doctor: [strings.inviteDoctor, strings.inviteDoctorHint],
};
/** What the form begins with. */
const courierHours = 2;
const doctorDay = { from: '08:00', to: '18:00' };
/** Modules of white around the code (ISO/IEC 18004, 9.1). */
const quietZone = 4;

/**
 * Asking somebody in: for whom and what for, then the link, as a text and a QR code.
 * @fires invited the device knows of it
 * @fires close
 */
export class VedetteInvite extends LitElement {
  static override properties = {
    send: { attribute: false },
    device: { attribute: false },
    locks: { attribute: false },
    person: { attribute: false },
    invitee: { state: true },
    form: { state: true },
    busy: { state: true },
    trouble: { state: true },
    made: { state: true },
    coded: { state: true },
    code: { state: true },
    far: { state: true },
    copied: { state: true },
  };
  declare send: RequestClient['send'];
  declare device: DeviceDescription;
  declare locks: ReadonlyMap<string, LockStatus>;
  /** Whose further browser it is for; undefined: somebody new. */
  declare person: { readonly id: string; readonly name: string } | undefined;
  declare invitee: Invitee | undefined;
  declare form: InviteForm;
  declare busy: boolean;
  declare trouble: string | undefined;
  declare made:
    | {
        /** For the device's own page; undefined where this is not it. */
        readonly link: string | undefined;
        /** For a page that does not need this address. */
        readonly elsewhere: string | undefined;
        readonly name: string;
        readonly until: number;
      }
    | undefined;
  /** A code is wanted in place of a link. */
  declare coded: boolean;
  /** What was made then. */
  declare code: { readonly code: string; readonly name: string; readonly keypads: string } | undefined;
  /** The link for elsewhere is shown. */
  declare far: boolean;
  declare copied: boolean;
  #chosen = false;

  protected override willUpdate(): void {
    // Opened at once, it comes before the device has said which locks it has.
    if (!this.#chosen) this.invitee = this.#invitees()[0];
    const lock = this.form?.lock ?? this.#openable()[0]?.lock;
    if (this.form !== undefined) {
      if (lock !== this.form.lock) this.#change({ lock });
      return;
    }
    const from = Math.floor(Date.now() / 300_000) * 300_000;
    this.form = {
      lock,
      from,
      until: from + courierHours * 3_600_000,
      dayFrom: doctorDay.from,
      dayTo: doctorDay.to,
      zone: this.device.zone ?? ownZone(),
    };
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  get #held(): readonly Scope[] {
    return (this.device.gives ?? this.device.scopes) as Scope[];
  }

  #openable(): readonly LockStatus[] {
    return [...this.locks.values()].filter(({ lock }) => covers(this.#held, `unlock:${lock}`));
  }

  #invitees(): readonly Invitee[] {
    return inviteesFor(this.#held, [...this.locks.keys()]);
  }

  #terms(): InviteTerms | undefined {
    if (this.person !== undefined) return furtherKey(Date.now());
    const terms = this.invitee && termsOf(this.invitee, this.form, Date.now());
    return terms && this.coded && this.#keypads(terms).length > 0 ? byCode(terms) : terms;
  }

  /** Where a code for these terms could be typed. */
  #keypads(terms: InviteTerms | undefined): readonly KeypadDescription[] {
    return terms === undefined || this.person ? [] : keypadsFor(terms, this.device.keypads);
  }

  #change(change: Partial<InviteForm>): void {
    this.form = { ...this.form, ...change };
  }

  async #invite(name: string): Promise<void> {
    const terms = this.#terms();
    if (terms === undefined) {
      this.trouble = strings.inviteBadTimes;
      return;
    }
    this.busy = true;
    this.trouble = undefined;
    const { scopes, limits, expiresAt } = terms;
    const coded = this.coded && this.#keypads(terms).length > 0;
    const person = this.person === undefined ? {} : { person: this.person.id };
    const receipt = await this.send({
      type: 'invite',
      name,
      ...person,
      scopes: [...scopes],
      limits,
      expiresAt,
      ...(coded ? { code: true } : {}),
    });
    this.busy = false;
    const code = receipt.state === 'done' && coded ? CodeResult.safeParse(receipt.result).data : undefined;
    if (code !== undefined) {
      this.code = { name, code: code.code, keypads: titlesOf(code.keypads) };
      this.dispatchEvent(new CustomEvent('invited'));
      return;
    }
    const made = receipt.state === 'done' ? InviteResult.safeParse(receipt.result).data : undefined;
    if (made === undefined) {
      this.trouble = receipt.state === 'refused' ? refusalWords(receipt) : strings.loadFailed;
      return;
    }
    // A key belongs to an origin: the one where the page is secure for everybody, not this one's loopback.
    const origin = this.device.httpsUrl ?? location.origin;
    const home = writeJoinLink(origin, { invitation: made.invitation.id, secret: made.secret });
    const { inviteLink } = this.device;
    const elsewhere = inviteLink && `${inviteLink}${made.invitation.id}.${made.secret}`;
    const link = this.device.away ? undefined : home;
    this.made = { link, elsewhere, name, until: made.invitation.expiresAt };
    this.dispatchEvent(new CustomEvent('invited'));
  }

  async #copy(link: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      this.copied = true;
    } catch {
      this.renderRoot.querySelector('input')?.select(); // not a secure page: it can be copied by hand
    }
  }

  protected override render(): unknown {
    const close = (): void => this.renderRoot.querySelector('dialog')?.close();
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('close'))}>
      <header>
        <h2 id="title">${this.#title()}</h2>
        <button aria-label=${strings.close} title=${strings.close} @click=${close}>${icons.close}</button>
      </header>
      ${this.code ? this.#code(this.code) : this.made ? this.#links(this.made) : this.#form()}
    </dialog>`;
  }

  #title(): string {
    if (this.code) return strings.inviteCodeReady(this.code.name);
    return this.made ? strings.inviteReady(this.made.name) : strings.inviteTitle;
  }

  #code({ code, keypads }: NonNullable<VedetteInvite['code']>): unknown {
    return html`<div class="made">
      <p class="code" aria-label=${strings.inviteCode}>${code.slice(0, 4)} ${code.slice(4)}</p>
      <p>${strings.inviteCodeOnce(keypads)}</p>
      <button class="filled" @click=${() => this.#copy(code)}>${this.copied ? strings.copied : strings.copy}</button>
    </div>`;
  }

  #links({ link, elsewhere, until }: NonNullable<VedetteInvite['made']>): unknown {
    const only = elsewhere === undefined ? link : link === undefined ? elsewhere : undefined;
    if (link === undefined || elsewhere === undefined) return this.#link(only ?? '', until);
    return html`${this.#link(this.far ? elsewhere : link, until)}
      <label class="choice">
        <input type="checkbox" .checked=${this.far} @change=${() => {
          this.far = !this.far;
          this.copied = false;
        }} />
        <span>${strings.inviteElsewhere}<small>${strings.inviteElsewhereHint}</small></span>
      </label>`;
  }

  #form(): unknown {
    return html`<form @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      const given = new FormData(event.target as HTMLFormElement).get('name');
      return this.#invite(this.person?.name ?? String(given ?? '').trim());
    }}>
      ${this.person === undefined ? this.#somebody() : html`<p>${strings.keyAddHint(this.person.name)}</p>`}
      ${this.trouble === undefined ? nothing : html`<p class="trouble" role="alert">${this.trouble}</p>`}
      <button class="filled" ?disabled=${this.busy || this.#nobody}>${
        this.coded && this.#keypads(this.#terms()).length > 0 ? strings.inviteMakeCode : strings.inviteMake
      }</button>
    </form>`;
  }

  get #nobody(): boolean {
    return this.person === undefined && this.invitee === undefined;
  }

  #somebody(): unknown {
    return html`
      <label>${strings.inviteName}<input name="name" required maxlength="60" autocomplete="off" /></label>
      <fieldset>
        <legend>${strings.inviteFor}</legend>
        ${this.#invitees().map(
          (invitee) => html`<label class="choice">
            <input type="radio" name="invitee" .checked=${invitee === this.invitee} @change=${() => {
              this.invitee = invitee;
              this.#chosen = true;
            }} />
            <span>${words[invitee][0]}<small>${words[invitee][1]}</small></span>
          </label>`,
        )}
      </fieldset>
      ${this.invitee === 'courier' ? this.#courier() : nothing}
      ${this.invitee === 'doctor' ? this.#doctor() : nothing}
      ${this.#codeOrLink()}
      ${this.#said()}
    `;
  }

  #codeOrLink(): unknown {
    const keypads = this.#keypads(this.#terms());
    if (keypads.length === 0) return nothing;
    return html`<label class="choice">
      <input type="checkbox" .checked=${this.coded} @change=${() => {
        this.coded = !this.coded;
      }} />
      <span>${strings.inviteByCode}<small>${strings.inviteByCodeHint(titlesOf(keypads))}</small></span>
    </label>`;
  }

  /** In the words that will stand in the list. */
  #said(): unknown {
    const terms = this.#terms();
    const titleOf = (lock: string): string | undefined => this.locks.get(lock)?.title;
    return terms === undefined
      ? nothing
      : html`<p class="said" role="status">${grantWords(terms, grantContext(titleOf, Date.now()))}</p>`;
  }

  #courier(): unknown {
    const time = (key: 'from' | 'until', name: string): unknown => html`<label>${name}
      <input type="datetime-local" required .value=${localText(this.form[key])} @change=${(event: Event) =>
        this.#change({ [key]: new Date((event.target as HTMLInputElement).value).getTime() })} /></label>`;
    return html`
      <label>${strings.inviteLock}<select @change=${(event: Event) =>
        this.#change({ lock: (event.target as HTMLSelectElement).value })}>
        ${this.#openable().map(
          ({ lock, title }) =>
            html`<option value=${lock} ?selected=${lock === this.form.lock}>${title}</option>`,
        )}
      </select></label>
      <div class="times dates">${time('from', strings.from)} ${time('until', strings.to)}</div>
    `;
  }

  #doctor(): unknown {
    const time = (key: 'dayFrom' | 'dayTo', name: string): unknown => html`<label>${name}
      <input type="time" required .value=${this.form[key]} @change=${(event: Event) =>
        this.#change({ [key]: (event.target as HTMLInputElement).value })} /></label>`;
    return html`<div class="times">${time('dayFrom', strings.from)} ${time('dayTo', strings.to)}</div>`;
  }

  #link(link: string, until: number): unknown {
    return html`<div class="made">
      ${qrCode(link)}
      <p>${strings.inviteOnce(dayTime(until))}</p>
      <label>${strings.inviteLink}<input readonly .value=${link} @focus=${(event: Event) =>
        (event.target as HTMLInputElement).select()} /></label>
      <div class="ways">
        <button class="filled" @click=${() => this.#copy(link)}>${this.copied ? strings.copied : strings.copy}</button>
        ${
          'share' in navigator
            ? html`<button class="outlined" @click=${() =>
                navigator.share({ url: link }).catch(() => undefined)}>${strings.share}</button>`
            : nothing
        }
      </div>
    </div>`;
  }

  static override styles = [shared, dialogStyles, inviteStyles];
}

const titlesOf = (keypads: readonly KeypadDescription[]): string =>
  keypads.map(({ title }) => title).join(', ');

/** Black on white in either scheme: cameras read no other. */
function qrCode(text: string): unknown {
  const { data, size } = encode(text, { border: quietZone });
  const path = data
    .flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join('');
  return html`<svg class="qr" role="img" aria-label=${strings.inviteQr} viewBox="0 0 ${size} ${size}"
    shape-rendering="crispEdges">${svg`<path d=${path}></path>`}</svg>`;
}

define('vedette-invite', VedetteInvite);
