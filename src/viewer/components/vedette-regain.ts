import { css, html, LitElement, nothing } from 'lit';
import { readRecoveryCode, recoveryInvitation } from '../../identity/recovery-code.ts';
import { keyWords } from '../../identity/words.ts';
import { type AtDevice, askAtDevice } from '../at-device.ts';
import { browserLabel } from '../browser-label.ts';
import type { Door } from '../door.ts';
import type { Joined } from '../joining.ts';
import { newKey, type OwnKey } from '../own-key.ts';
import { refusalWords } from '../refusal-words.ts';
import type { Identity } from '../sign-in.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { joinStyles, keyTroubleWords } from './join-parts.ts';
import { shared } from './theme.ts';

/** Ask so often while the button is waited for. */
const askEveryMs = 1_500;

const wordsHere: Readonly<Record<string, string>> = {
  'access/invitation': strings.regainCodeWrong,
  'access/recovery-over': strings.regainCodeOver,
  'access/key-known': strings.joinKnown,
  'access/not-here': strings.regainNotHere,
};

type Stage =
  | { readonly at: 'choice' }
  | { readonly at: 'code'; readonly trouble?: string; readonly busy?: boolean }
  | { readonly at: 'button'; readonly trouble?: string }
  /** `ms`: till it is decided; without, nobody has held the button yet. */
  | { readonly at: 'asking'; readonly ms?: number; readonly words: string }
  | { readonly at: 'in'; readonly words: string; readonly by: 'code' | 'button' };

/** How somebody comes in whom nobody can ask in: by a recovery code, or by the device's own button. */
export class VedetteRegain extends LitElement {
  static override properties = {
    way: { attribute: false },
    stage: { state: true },
    identity: { state: true },
  };
  declare way: Promise<Door>;
  declare stage: Stage;
  declare identity: Identity | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.stage = { at: 'choice' };
  }

  protected override firstUpdated(): void {
    this.way
      .then((door) => door.identity())
      .then(
        (identity) => {
          this.identity = identity;
        },
        () => undefined, // it never rejects
      );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  async #enterCode(form: FormData, identity: Identity): Promise<void> {
    const secret = readRecoveryCode(String(form.get('code') ?? ''));
    if (secret === undefined) {
      this.stage = { at: 'code', trouble: strings.regainCodeMistyped };
      return;
    }
    this.stage = { at: 'code', busy: true };
    const door = await this.way;
    const link = { invitation: await recoveryInvitation(secret), secret };
    this.#joined(await door.join(identity, link, { name: undefined, label: labelOf(form) }));
  }

  #joined(outcome: Joined): void {
    switch (outcome.type) {
      case 'joined':
        this.stage = { at: 'in', words: outcome.words, by: 'code' };
        break;
      case 'no-key':
        this.stage = { at: 'code', trouble: keyTroubleWords[outcome.trouble] };
        break;
      case 'refused':
        this.stage = { at: 'code', trouble: wordsHere[outcome.code] ?? refusalWords(outcome) };
        break;
      case 'unreachable':
        this.stage = { at: 'code', trouble: strings.joinUnreachable };
        break;
    }
  }

  async #ask(form: FormData, identity: Identity): Promise<void> {
    const key = await newKey(identity.device.id);
    if (typeof key === 'string') {
      this.stage = { at: 'button', trouble: keyTroubleWords[key] };
      return;
    }
    // Of the keys as this side knows them: somebody in between would have had to change one of them.
    const words = await keyWords([identity.device.publicKey, key.publicKey]);
    this.stage = { at: 'asking', words };
    const asked = { name: String(form.get('name') ?? '').trim(), label: labelOf(form) };
    await this.#askOn(identity, key, asked, words);
  }

  async #askOn(
    identity: Identity,
    key: OwnKey,
    form: { readonly name: string; readonly label: string },
    words: string,
  ): Promise<void> {
    const answer = await askAtDevice(identity, key, form);
    if (this.stage.at !== 'asking' || !this.isConnected) return;
    this.stage = stageAfter(answer, words);
    if (this.stage.at !== 'asking') return;
    this.#timer = setTimeout(() => void this.#askOn(identity, key, form, words), askEveryMs);
  }

  protected override render(): unknown {
    const { identity, stage } = this;
    if (identity === undefined) return nothing;
    return html`<section data-stage=${stage.at}>${this.#stage(stage, identity)}</section>`;
  }

  #stage(stage: Stage, identity: Identity): unknown {
    switch (stage.at) {
      case 'choice':
        return html`${identity.paired ? this.#go(strings.regainCode, { at: 'code' }) : nothing}
          ${identity.presence ? this.#go(strings.regainButton, { at: 'button' }) : nothing}`;
      case 'code':
        return this.#form(
          stage.trouble,
          stage.busy ? strings.joining : strings.regainCodeIn,
          stage.busy === true,
          (form) => this.#enterCode(form, identity),
          html`<label>${strings.regainCodeField}<input name="code" required maxlength="80" autocomplete="off"
              autocapitalize="characters" spellcheck="false" ?disabled=${stage.busy === true} /></label>
            <p class="hint">${strings.regainCodeHint}</p>`,
        );
      case 'button':
        return this.#form(
          stage.trouble,
          strings.regainAsk,
          false,
          (form) => this.#ask(form, identity),
          html`<p class="hint">${strings.regainButtonHint}</p>
            <label>${strings.joinName}<input name="name" required maxlength="60" autocomplete="name" /></label>`,
        );
      case 'asking':
        return html`<p role="status">${
          stage.ms === undefined
            ? strings.regainHold(inSeconds(identity.presence?.holdMs ?? 0))
            : strings.regainWait(inSeconds(stage.ms))
        }</p>
          ${this.#words(stage.words)}
          ${this.#go(strings.regainBack, { at: 'choice' })}`;
      case 'in':
        return html`${this.#words(stage.words)}
          ${stage.by === 'code' ? html`<p class="trouble" role="status">${strings.regainCodeUsed}</p>` : nothing}
          <button class="filled" @click=${() => location.reload()}>${strings.joinGoOn}</button>`;
    }
  }

  #go(says: string, stage: Stage): unknown {
    return html`<button class="quiet" @click=${() => {
      this.stage = stage;
    }}>${says}</button>`;
  }

  #form(
    trouble: string | undefined,
    submit: string,
    busy: boolean,
    done: (form: FormData) => Promise<void>,
    fields: unknown,
  ): unknown {
    return html`<form @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      return done(new FormData(event.target as HTMLFormElement));
    }}>
      ${fields}
      <label>${strings.joinLabel}<input name="label" required maxlength="60" autocomplete="off"
        value=${browserLabel(navigator.userAgent)} ?disabled=${busy} /></label>
      ${trouble === undefined ? nothing : html`<p class="trouble" role="alert">${trouble}</p>`}
      <button class="filled" ?disabled=${busy}>${submit}</button>
      ${
        busy
          ? nothing
          : html`<button type="button" class="quiet" @click=${() => {
              this.stage = { at: 'choice' };
            }}>${strings.regainBack}</button>`
      }
    </form>`;
  }

  #words(words: string): unknown {
    return html`<h2>${strings.joinWords}</h2>
      <p class="words" lang="en">${words.split(' ').map((word) => html`<span>${word}</span> `)}</p>
      <p class="hint">${strings.regainCompare}</p>`;
  }

  static override styles = [
    shared,
    joinStyles,
    css`
      :host {
        text-align: start;
      }
      section {
        justify-items: stretch;
      }
      .quiet {
        color: var(--ink-soft);
        text-decoration: underline;
      }
      input[name='code'] {
        font-family: ui-monospace, monospace;
        text-transform: uppercase;
      }
    `,
  ];
}

const labelOf = (form: FormData): string => String(form.get('label') ?? '').trim();
const inSeconds = (ms: number): number => Math.ceil(ms / 1_000);

/** What is shown after an answer of the device. */
function stageAfter(answer: AtDevice, words: string): Stage {
  switch (answer.state) {
    case 'closed':
    case 'unreachable': // asked again: the button may be held meanwhile
      return { at: 'asking', words };
    case 'waiting':
      return { at: 'asking', ms: answer.ms, words };
    case 'in':
      return { at: 'in', words, by: 'button' };
    case 'out':
      return {
        at: 'button',
        trouble: answer.because === 'others' ? strings.regainOthers : strings.regainFailed,
      };
    case 'refused':
      return { at: 'button', trouble: wordsHere[answer.code] ?? refusalWords(answer) };
  }
}

define('vedette-regain', VedetteRegain);
