import { html, LitElement, nothing } from 'lit';
import type { z } from 'zod';
import type { Grant, Invitation, Person, PersonCode, PersonKey } from '../../protocol/access.ts';
import type { Watcher } from '../../protocol/events.ts';
import type { LockStatus } from '../../protocol/lock.ts';
import type { Passkey } from '../../protocol/passkey.ts';
import { PeopleResult, type RequestOf } from '../../protocol/request.ts';
import { covers, type Scope } from '../../protocol/scope.ts';
import type { DeviceDescription } from '../device.ts';
import { grantContext, grantStanding, grantWords } from '../grant-words.ts';
import { refusalWords } from '../refusal-words.ts';
import type { RequestClient } from '../requests.ts';
import { dayName, dayTime, strings } from '../strings.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { peopleStyles } from './people-styles.ts';
import { shared } from './theme.ts';
import './vedette-activity.ts';
import './vedette-grant.ts';
import './vedette-invite.ts';
import './vedette-passkey.ts';

/** What others did shows within this, while the list is open. */
const askEveryMs = 15_000;

type List = z.infer<typeof PeopleResult>;
type Revocation = Pick<RequestOf<'revoke'>, 'what' | 'of'>;

/** Who may do what: people, their browsers and grants, open invitations, and what they did. */
export class VedettePeople extends LitElement {
  static override properties = {
    send: { attribute: false },
    device: { attribute: false },
    locks: { attribute: false },
    watching: { attribute: false },
    watchers: { attribute: false },
    now: { attribute: false },
    list: { state: true },
    trouble: { state: true },
    sure: { state: true },
    inviting: { state: true },
    granting: { state: true },
  };
  declare send: RequestClient['send'];
  declare device: DeviceDescription;
  declare locks: ReadonlyMap<string, LockStatus>;
  /** How many watch now; undefined where nobody knows. */
  declare watching: number | undefined;
  /** Who they are; undefined where the device does not say. */
  declare watchers: readonly Watcher[] | undefined;
  declare now: number;
  declare list: List | undefined;
  declare trouble: string | undefined;
  /** What is to be revoked once it was said again. */
  declare sure: string | undefined;
  /** Somebody new, or a person's further browser. */
  declare inviting: 'somebody' | Person | undefined;
  /** Whose grant is being changed. */
  declare granting: { readonly name: string; readonly grant: Grant } | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#ask(), askEveryMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override firstUpdated(): void {
    this.#ask().catch(() => undefined); // it never rejects
  }

  async #ask(): Promise<void> {
    if (!this.#may('admin')) return; // who only invites sees no list
    const receipt = await this.send({ type: 'people' });
    if (receipt.state === 'refused') this.trouble = refusalWords(receipt);
    if (receipt.state !== 'done') return;
    const list = PeopleResult.safeParse(receipt.result).data;
    this.trouble = list === undefined ? strings.loadFailed : undefined;
    if (list !== undefined) this.list = list;
  }

  async #revoke(revocation: Revocation): Promise<void> {
    this.sure = undefined;
    const receipt = await this.send({ type: 'revoke', ...revocation });
    if (receipt.state === 'refused') this.#announce(strings.refusedRequest(refusalWords(receipt)));
    else this.#announce(strings.revoked);
    await this.#ask();
  }

  #announce(text: string): void {
    this.dispatchEvent(new CustomEvent('announce', { detail: text, bubbles: true, composed: true }));
  }

  #may(scope: Scope): boolean {
    return covers(this.device.scopes as Scope[], scope);
  }

  /** From elsewhere only where the device has a link for elsewhere. */
  get #mayInvite(): boolean {
    return this.#may('invite') && (!this.device.away || this.device.inviteLink !== undefined);
  }

  readonly #titleOf = (lock: string): string | undefined => this.locks.get(lock)?.title;

  #whoWatches(watching: number): string {
    const names = this.watchers?.map(({ name }) => name) ?? [];
    const count = strings.peopleWatching(watching);
    return names.length === 0 ? count : `${count}: ${names.join(', ')}`;
  }

  protected override render(): unknown {
    return html`
      <div class="head">
        <p role="status">${this.watching === undefined ? nothing : this.#whoWatches(this.watching)}</p>
        ${
          this.#mayInvite
            ? html`<button class="filled" @click=${() => {
                this.inviting = 'somebody';
              }}>${icons.plus} ${strings.invite}</button>`
            : nothing
        }
      </div>
      ${this.trouble === undefined ? nothing : html`<p role="alert">${this.trouble}</p>`}
      ${this.#may('admin') ? this.#lists() : nothing}
      ${this.granting === undefined ? nothing : this.#dialog(this.granting)}
      ${
        this.inviting !== undefined
          ? html`<vedette-invite
            .send=${this.send}
            .device=${this.device}
            .locks=${this.locks}
            .person=${this.inviting === 'somebody' ? undefined : this.inviting}
            @invited=${() => this.#ask()}
            @close=${() => {
              this.inviting = undefined;
            }}
          ></vedette-invite>`
          : nothing
      }
    `;
  }

  #dialog({ name, grant }: NonNullable<VedettePeople['granting']>): unknown {
    return html`<vedette-grant
      .send=${this.send}
      .locks=${this.locks}
      .name=${name}
      .grant=${grant}
      .held=${this.device.gives ?? this.device.scopes}
      @granted=${() => this.#ask()}
      @close=${() => {
        this.granting = undefined;
      }}
    ></vedette-grant>`;
  }

  #lists(): unknown {
    const waiting = this.trouble === undefined ? html`<p role="status">${strings.loading}</p>` : nothing;
    return html`
      ${this.list === undefined ? waiting : this.#list(this.list)}
      <vedette-activity
        .send=${this.send}
        ?pictures=${this.device.away !== true && this.#may('history')}
      ></vedette-activity>
    `;
  }

  #list({ people, invitations, recovery }: List): unknown {
    const there = people.filter(({ revokedAt }) => revokedAt === undefined);
    const open = invitations.filter(
      ({ usedAt, revokedAt, expiresAt }) =>
        usedAt === undefined && revokedAt === undefined && expiresAt > this.now,
    );
    return html`
      <section aria-label=${strings.people}>
        <h2>${strings.people}</h2>
        ${there.length === 0 ? html`<p class="soft">${strings.noPeople}</p>` : nothing}
        <ul>${there.map((person) => html`<li data-person=${person.id}>${this.#person(person)}</li>`)}</ul>
      </section>
      ${
        open.length === 0
          ? nothing
          : html`<section aria-label=${strings.invitations}>
            <h2>${strings.invitations}</h2>
            <ul>${open.map((invitation) => html`<li data-invitation=${invitation.id}>${this.#invitation(invitation)}</li>`)}</ul>
          </section>`
      }
      <section aria-label=${strings.recoveryCode}>
        <h2>${strings.recoveryCode}</h2>
        <p>${recovery === undefined ? strings.recoveryNone : strings.recoverySince(dayTime(recovery.since))}
          <code>vedette recovery</code></p>
      </section>
    `;
  }

  #person(person: Person): unknown {
    const mine = person.id === this.device.person?.id;
    const grants = person.grants.filter(({ revokedAt }) => revokedAt === undefined);
    return html`
      <div class="row">
        <h3>${person.name}${mine ? html` <span class="me">(${strings.me})</span>` : nothing}</h3>
        ${this.#revoking(
          { what: 'person', of: person.id },
          strings.revokePerson(person.name),
          mine,
          grants.length > 1 ? strings.revokeAll : strings.revoke,
        )}
      </div>
      ${grants.length === 0 ? html`<p class="soft">${strings.mayNothing}</p>` : nothing}
      ${grants.map((grant) => this.#grant(person.name, grant, grants.length > 1))}
      ${person.codes?.map((code) => this.#code(code, person.name)) ?? nothing}
      ${
        person.keys.length === 0 && person.codes === undefined
          ? nothing
          : html`<details>
            <summary>${strings.keysOf(person.keys.length)}</summary>
            ${person.keys.map((key) => this.#key(key, mine))}
            ${person.passkeys?.map((passkey) => this.#passkey(passkey, mine))}
            ${mine && person.passkeys === undefined ? html`<vedette-passkey .send=${this.send}></vedette-passkey>` : nothing}
            ${
              this.#mayInvite
                ? html`<button class="outlined small" @click=${() => {
                    this.inviting = person;
                  }}>${strings.keyAdd}</button>`
                : nothing
            }
          </details>`
      }
    `;
  }

  #grant(name: string, grant: Grant, several: boolean): unknown {
    const words = grantWords(grant, grantContext(this.#titleOf, this.now));
    const standing = grantStanding(grant, this.now);
    return html`<div class="row grant" data-standing=${standing}>
      <p>${words}${
        standing === 'over' ? html` – <strong>${strings.grantOver}</strong>` : nothing
      }${standing === 'not-yet' ? html` – ${strings.grantNotYet}` : nothing}</p>
      <button class="outlined small" aria-label=${strings.grantChangeOf(words)} @click=${() => {
        this.granting = { name, grant };
      }}>${strings.grantChange}</button>
      ${several ? this.#revoking({ what: 'grant', of: grant.id }, strings.revokeGrant(words), false) : nothing}
    </div>`;
  }

  #code({ id, lost }: PersonCode, name: string): unknown {
    return html`<div class="row">
      <p>${lost ? strings.codeLost : strings.codeThere}</p>
      ${this.#revoking({ what: 'code', of: id }, strings.revokeCode(name), false)}
    </div>`;
  }

  #key({ id, label, seenAt }: PersonKey, mine: boolean): unknown {
    return html`<div class="row">
      <p>${label}${seenAt === undefined ? nothing : html` <span class="soft">${strings.keySeen(dayName(seenAt))}</span>`}</p>
      ${this.#revoking({ what: 'key', of: id }, strings.revokeKey(label), mine)}
    </div>`;
  }

  #passkey({ id, label, rpId }: Passkey, mine: boolean): unknown {
    // One's own is taken back by somebody else.
    return html`<div class="row">
      <p>${strings.passkeyOn(label, rpId)}</p>
      ${mine ? nothing : this.#revoking({ what: 'passkey', of: id }, strings.revokePasskey(label), false)}
    </div>`;
  }

  #invitation(invitation: Invitation): unknown {
    const { id, name, scopes, limits, expiresAt } = invitation;
    return html`<div class="row">
      <h3>${name}</h3>
      ${this.#revoking({ what: 'invitation', of: id }, strings.revokeInvitation(name), false)}
    </div>
    ${scopes.length === 0 ? nothing : html`<p>${grantWords({ scopes, limits }, grantContext(this.#titleOf, this.now))}</p>`}
    <p class="soft">${strings.invitationOpen(dayTime(expiresAt))}</p>`;
  }

  /** One tap to be asked, one to do it, in the same place. */
  #revoking(revocation: Revocation, name: string, mine: boolean, short = strings.revoke): unknown {
    const key = `${revocation.what} ${revocation.of}`;
    if (this.sure !== key) {
      return html`<button class="outlined small" aria-label=${name} @click=${() => {
        this.sure = key;
      }}>${short}</button>`;
    }
    return html`<div class="sure" role="group" aria-label=${name}>
      <p>${mine ? strings.revokeMyself : strings.revokeSure}</p>
      <button class="filled alarm" autofocus @click=${() => this.#revoke(revocation)}>${strings.revokeYes}</button>
      <button class="outlined" @click=${() => {
        this.sure = undefined;
      }}>${strings.cancel}</button>
    </div>`;
  }

  static override styles = [shared, peopleStyles];
}

define('vedette-people', VedettePeople);
