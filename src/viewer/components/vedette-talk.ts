import { css, html, LitElement, type PropertyValues } from 'lit';
import type { TalkStatus } from '../../protocol/events.ts';
import { strings } from '../strings.ts';
import type { TalkProblem } from '../talk.ts';
import { TalkControl, type TalkLine } from '../talk-control.ts';
import { define } from './define.ts';
import { icons } from './icons.ts';
import { shared } from './theme.ts';

/** The button to talk: held, or tapped to lock. */
export class VedetteTalk extends LitElement {
  static override properties = {
    line: { attribute: false },
    speaker: { attribute: false },
    refusal: { attribute: false },
    to: {},
    disabled: { type: Boolean },
  };
  declare line: TalkLine | undefined;
  /** The device's word on the feed's speaker. */
  declare speaker: TalkStatus | undefined;
  /** The device's last refusal; a new object for each. */
  declare refusal: { readonly reason: string } | undefined;
  /** The feed's title, where there are several. */
  declare to: string | undefined;
  declare disabled: boolean;

  readonly #control = new TalkControl(() => this.#controlChanged());
  #drawing = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#control.feed({ type: 'lost' });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('line')) this.#control.line = this.line;
    if (changed.has('speaker')) this.#control.speaker(this.speaker);
    if (changed.has('refusal') && this.refusal) {
      this.#control.feed({ type: 'refused', reason: this.refusal.reason });
    }
  }

  /** Talks on without a hand on the button: a call that was answered. */
  begin(): void {
    if (this.#control.state.phase === 'idle') this.#tap();
  }

  /** The call is over. */
  end(): void {
    if (this.#control.state.phase !== 'idle') this.#tap();
  }

  #tap(): void {
    this.#control.feed({ type: 'press' });
    this.#release();
  }

  #controlChanged(): void {
    this.requestUpdate();
    cancelAnimationFrame(this.#drawing);
    this.#drawLevel();
  }

  /** The level is a style property, so that following the voice costs no render. */
  readonly #drawLevel = (): void => {
    const { phase } = this.#control.state;
    this.style.setProperty('--level', phase === 'idle' ? '0' : this.#control.level.toFixed(2));
    if (phase === 'connecting' || phase === 'talking') this.#drawing = requestAnimationFrame(this.#drawLevel);
  };

  #label(): string {
    switch (this.#control.state.phase) {
      case 'idle':
        return strings.talkShort;
      case 'asking':
        return strings.talkAsking;
      case 'connecting':
        return strings.talkConnecting;
      case 'talking':
        return strings.talking;
    }
  }

  /** The line under the button: what went wrong, else how it is used. */
  #hint(): string {
    const { state } = this.#control;
    if (state.phase !== 'idle') return state.held ? strings.talkLetGo : strings.talkRelease;
    return state.problem ? this.#problemWords(state.problem) : strings.talkHint;
  }

  /** What a reader who cannot see the button is told. */
  #said(): string {
    const { state } = this.#control;
    if (state.phase !== 'idle') return this.#label();
    return state.problem ? this.#problemWords(state.problem) : '';
  }

  #problemWords(problem: TalkProblem): string {
    switch (problem.type) {
      case 'denied':
        return strings.microphoneDenied;
      case 'no-microphone':
        return strings.microphoneMissing;
      case 'microphone-failed':
        return strings.microphoneFailed;
      case 'lost':
        return strings.talkLost;
      case 'refused':
        return this.#busy() ? strings.talkBusy : strings.talkRefused(problem.reason);
    }
  }

  /** Another session has the speaker. */
  #busy(): boolean {
    return (
      this.speaker !== undefined &&
      this.speaker.state !== 'idle' &&
      this.speaker.session !== this.line?.session
    );
  }

  readonly #press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.#control.feed({ type: 'press' });
    (event.currentTarget as Element).setPointerCapture(event.pointerId); // letting go elsewhere counts too
  };

  readonly #release = (): void => this.#control.feed({ type: 'release' });

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault(); // a click of the browser's own would press again
    if (event.type === 'keyup') this.#release();
    else if (!event.repeat) this.#control.feed({ type: 'press' });
  };

  /** A click that no pointer and no key made: a screen reader's or voice control's. It is a tap. */
  readonly #click = (event: MouseEvent): void => {
    if (event.detail === 0) this.#tap();
  };

  protected override render(): unknown {
    const { state } = this.#control;
    const problem = state.phase === 'idle' && state.problem !== undefined;
    const name = this.to === undefined ? strings.talk : strings.talkTo(this.to);
    return html`
      <button
        data-state=${state.phase}
        aria-label=${state.phase === 'idle' ? name : `${name}: ${this.#label()}`}
        aria-pressed=${state.phase === 'idle' ? 'false' : 'true'}
        ?disabled=${this.disabled && state.phase === 'idle'}
        @pointerdown=${this.#press}
        @pointerup=${this.#release}
        @pointercancel=${this.#release}
        @keydown=${this.#key}
        @keyup=${this.#key}
        @blur=${this.#release}
        @click=${this.#click}
        @contextmenu=${(event: Event) => event.preventDefault()}
      >
        <span class="level" aria-hidden="true"></span>
        ${icons.microphone}<span>${this.#label()}</span>
      </button>
      <p class="hint" ?data-problem=${problem} ?data-idle=${this.disabled && !problem}>${this.#hint()}</p>
      <p class="visually-hidden" role="status">${this.#said()}</p>
    `;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: var(--unit);
      }
      button {
        position: relative;
        isolation: isolate;
        overflow: hidden;
        flex-flow: var(--talk-flow, row);
        min-width: var(--talk-width, 176px);
        min-height: var(--talk-height, 56px);
        padding: 0 calc(var(--unit) * 2);
        border-radius: calc(var(--talk-height, 56px) / 2);
        background: var(--accent);
        color: var(--on-accent);
        font-weight: 600;
        touch-action: none;
        user-select: none;
        -webkit-user-select: none;
      }
      svg {
        width: var(--talk-icon, 24px);
        height: var(--talk-icon, 24px);
      }
      button:disabled {
        background: var(--line);
        color: var(--ink-soft);
        opacity: 1;
      }
      button[data-state='asking'],
      button[data-state='connecting'] {
        background: var(--surface);
        color: var(--ink);
        box-shadow: inset 0 0 0 2px var(--accent);
      }
      .level {
        position: absolute;
        z-index: -1;
        inset: 0;
        background: var(--on-accent);
        opacity: 0.22;
        transform: scaleY(var(--level, 0));
        transform-origin: bottom;
      }
      [data-state='connecting'] .level {
        background: var(--accent);
      }
      .hint {
        display: var(--talk-hint, block);
        margin: 0;
        max-width: 40ch;
        font-size: 0.8125rem;
        line-height: 1.4;
        text-align: center;
        color: var(--ink-soft);
      }
      .hint[data-idle] {
        visibility: hidden;
      }
      .hint[data-problem] {
        display: block;
        color: var(--ink);
        font-weight: 600;
      }
    `,
  ];
}

define('vedette-talk', VedetteTalk);
