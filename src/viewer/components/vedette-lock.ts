import { html, LitElement, nothing, type PropertyValues, svg } from 'lit';
import type { LockStatus } from '../../protocol/lock.ts';
import type { Receipt } from '../../protocol/request.ts';
import type { SecondStepNeed } from '../../protocol/second-step.ts';
import { type Hold, type HoldInput, holdMs, notHeld, stepHold } from '../hold.ts';
import { canLock, canUnlock, isAlarming, lockWords, stepWords } from '../lock-words.ts';
import { refusalWords } from '../refusal-words.ts';
import type { Accepted, RequestClient } from '../requests.ts';
import { clockSeconds, strings } from '../strings.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { lockStyles } from './lock-styles.ts';
import { shared } from './theme.ts';
import './vedette-passkey.ts';
import './vedette-second-step.ts';

/** A short buzz under the finger: now it is done. */
const buzzMs = 40;
/** Of the ring around the button, in its own units. */
const ringRadius = 22;

/**
 * A lock: how it stands, and, for who may, a button that opens it when it is held for a second.
 * @attr data-state the state of the lock
 */
export class VedetteLock extends LitElement {
  static override properties = {
    status: { attribute: false },
    send: { attribute: false },
    now: { attribute: false },
    may: { type: Boolean },
    connected: { type: Boolean },
    hold: { state: true },
    asked: { state: true },
    needs: { state: true },
    needsKey: { state: true },
    refusal: { state: true },
    told: { state: true },
    lockedAgain: { state: true },
  };
  declare status: LockStatus;
  declare send: RequestClient['send'];
  declare now: number;
  /** Whether this person may open and lock it. */
  declare may: boolean;
  declare connected: boolean;
  declare hold: Hold;
  /** Under way: the device has not said its last word. */
  declare asked: 'unlock' | 'lock' | undefined;
  /** What it waits for. */
  declare needs: { readonly request: string; readonly need: SecondStepNeed } | undefined;
  /** A passkey has to be added first. */
  declare needsKey: boolean;
  declare refusal: string | undefined;
  /** What the device did while no session shows it. */
  declare told: string | undefined;
  /** It was open a moment ago, and locked by itself or by somebody at this time. */
  declare lockedAgain: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.hold = notHeld;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.hold = notHeld;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.dataset.state = this.status.state;
    if (this.connected) this.told = undefined;
    const before = changed.get('status');
    if (before === undefined || before.state === this.status.state) return;
    this.refusal = undefined;
    if (this.status.state === 'locked') {
      this.lockedAgain = this.status.since;
    } else if (this.status.state !== 'locking') {
      this.lockedAgain = undefined;
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    const was = changed.get('hold')?.phase;
    if (this.hold.phase === 'confirming' && was !== 'confirming') {
      this.renderRoot.querySelector<HTMLElement>('.confirm button')?.focus();
    }
    if (was === 'confirming' && this.hold.phase === 'idle') {
      this.renderRoot.querySelector<HTMLElement>('.hold')?.focus();
    }
  }

  get #ready(): boolean {
    return canUnlock(this.status) && this.status.blocked === undefined && this.asked === undefined;
  }

  #feed(input: HoldInput): void {
    if (!this.#ready && input.type !== 'left' && input.type !== 'cancelled') return;
    const { hold, done } = stepHold(this.hold, input, performance.now());
    if (hold.phase === 'holding' && hold !== this.hold) {
      clearTimeout(this.#timer);
      this.refusal = undefined;
      // A timer may come a moment early by this clock.
      this.#timer = setTimeout(() => this.#feed({ type: 'tick' }), holdMs + 5);
    }
    this.hold = hold;
    if (!done) return;
    navigator.vibrate?.(buzzMs);
    this.#ask('unlock');
  }

  #ask(type: 'unlock' | 'lock'): void {
    this.asked = type;
    this.refusal = undefined;
    this.needsKey = false;
    const accepted = ({ id, needs }: Accepted) => {
      this.needs = needs && { request: id, need: needs };
    };
    this.send({ type, lock: this.status.lock }, { accepted }).then(
      (receipt) => this.#answered(type, receipt),
      () => undefined, // it never rejects
    );
  }

  #answered(type: 'unlock' | 'lock', receipt: Receipt): void {
    this.asked = undefined;
    this.needs = undefined;
    if (receipt.state !== 'refused') {
      // By HTTP, with no session to show it.
      if (!this.connected) this.told = type === 'unlock' ? strings.lockOpened : strings.lockClosed;
      return;
    }
    this.needsKey = receipt.code === 'second-step/no-passkey';
    const why = refusalWords(receipt);
    this.refusal = type === 'unlock' ? strings.notOpened(why) : strings.notLocked(why);
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    // A finger is captured by what it touched, so that it would never leave.
    const target = event.currentTarget as HTMLElement;
    if (target.hasPointerCapture(event.pointerId)) target.releasePointerCapture(event.pointerId);
    this.#feed({ type: 'press', by: 'pointer' });
  }

  #key(event: KeyboardEvent, input: HoldInput): void {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault(); // no click of the browser's own comes of it
    if (!event.repeat) this.#feed(input);
  }

  protected override render(): unknown {
    const { status } = this;
    const words = lockWords(status, this.now);
    const opening = this.asked === 'unlock' && canUnlock(status) && this.needs === undefined;
    const notes =
      this.lockedAgain === undefined
        ? words.notes
        : [strings.lockedAgain(clockSeconds(this.lockedAgain)), ...words.notes];
    return html`<article ?data-alarming=${isAlarming(status)} ?data-stale=${!this.connected}>
      <div class="words">
        <h3>${status.title}</h3>
        <p class="state" role="status">
          <strong>${opening ? strings.lockUnlocking : words.state}</strong>
          <span>${words.since}</span>
        </p>
        <p class="notes">${[...notes, ...(this.connected ? [] : [strings.staleValue])].join(' · ')}</p>
        ${this.#asks()}
        ${status.blocked === undefined ? nothing : html`<p class="blocked">${strings.lockBlocked(refusalWords(status.blocked))}</p>`}
        ${this.told === undefined ? nothing : html`<p class="told" role="status">${this.told}</p>`}
        ${this.needs === undefined ? nothing : this.#step(this.needs)}
        ${this.refusal === undefined ? nothing : html`<p class="refusal" role="alert">${this.refusal}</p>`}
        ${this.needsKey ? html`<vedette-passkey .send=${this.send}></vedette-passkey>` : nothing}
      </div>
      ${this.may ? this.#controls() : nothing}
    </article>`;
  }

  /** What holding will ask for, before anybody holds. */
  #asks(): unknown {
    const words = this.may && canUnlock(this.status) && this.needs === undefined && stepWords(this.status);
    return words ? html`<p class="asks" id="asks">${words}</p>` : nothing;
  }

  #step({ request, need }: NonNullable<this['needs']>): unknown {
    return html`<vedette-second-step
      .need=${need}
      .request=${request}
      .lock=${this.status.lock}
      .send=${this.send}
      .now=${this.now}
    ></vedette-second-step>`;
  }

  #controls(): unknown {
    if (this.hold.phase === 'confirming') {
      return html`<div class="confirm" role="group" aria-label=${strings.openNow} @keydown=${(
        event: KeyboardEvent,
      ) => {
        if (event.key === 'Escape') this.#feed({ type: 'cancelled' });
      }}>
        <button class="filled" aria-label=${`${strings.openConfirm}: ${this.status.title}`}
          @click=${() => this.#feed({ type: 'confirmed' })}>${strings.openConfirm}</button>
        <button class="outlined" @click=${() => this.#feed({ type: 'cancelled' })}>${strings.cancel}</button>
      </div>`;
    }
    return html`<div class="controls">
      ${
        canLock(this.status)
          ? html`<button class="outlined lock" aria-label=${strings.lockNowOf(this.status.title)}
            ?disabled=${this.asked !== undefined} @click=${() => this.#ask('lock')}>${strings.lockNow}</button>`
          : nothing
      }
      ${this.#holdButton()}
    </div>`;
  }

  #holdButton(): unknown {
    const { phase } = this.hold;
    const open = !canUnlock(this.status);
    const busy = this.asked === 'unlock' || this.status.state === 'unlocking';
    return html`<button
      class="hold"
      data-phase=${busy ? 'asked' : phase}
      aria-label=${strings.openLock(this.status.title)}
      aria-disabled=${!this.#ready}
      aria-describedby="asks"
      ?data-open=${open && !busy}
      @pointerdown=${this.#down}
      @pointerup=${() => this.#feed({ type: 'let-go' })}
      @pointerleave=${() => this.#feed({ type: 'left' })}
      @pointercancel=${() => this.#feed({ type: 'left' })}
      @contextmenu=${(event: Event) => event.preventDefault()}
      @keydown=${(event: KeyboardEvent) => this.#key(event, { type: 'press', by: 'key' })}
      @keyup=${(event: KeyboardEvent) => this.#key(event, { type: 'let-go' })}
      @blur=${() => this.#feed({ type: 'left' })}
      @click=${(event: PointerEvent) => {
        if (event.detail === 0) this.#feed({ type: 'activated' });
      }}
    >
      <svg class="ring" viewBox="0 0 48 48" aria-hidden="true">
        ${svg`<circle cx="24" cy="24" r=${ringRadius} pathLength="1"></circle><circle class="fill" cx="24" cy="24" r=${ringRadius} pathLength="1"></circle>`}
      </svg>
      ${open ? icons.unlocked : icons.locked}
      <span class="hint" aria-hidden="true">${this.#hint(phase === 'holding')}</span>
    </button>`;
  }

  #hint(holding: boolean): string {
    if (holding) return strings.keepHolding;
    return this.#ready ? strings.holdToOpen : '';
  }

  static override styles = [shared, lockStyles];
}

define('vedette-lock', VedetteLock);
