import { html, LitElement, nothing } from 'lit';
import { browserLabel } from '../browser-label.ts';
import type { Door } from '../door.ts';
import type { JoinLink } from '../join-link.ts';
import type { Joined } from '../joining.ts';
import { ownKeys } from '../own-key.ts';
import { refusalWords } from '../refusal-words.ts';
import type { Identity } from '../sign-in.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';
import { joinStyles, keyTroubleWords } from './join-parts.ts';
import { shared } from './theme.ts';

const wordsHere: Readonly<Record<string, string>> = {
  'access/invitation': strings.joinWrong,
  'access/invitation-over': strings.joinOver,
  'access/key-known': strings.joinKnown,
  'access/pairing-closed': strings.joinClosed,
  'access/too-many-tries': strings.tooManyTries,
};

/** What the page shows: each state has one way on. */
type Stage =
  | { readonly at: 'looking' }
  | { readonly at: 'away' }
  | { readonly at: 'broken' }
  | { readonly at: 'in-already'; readonly name: string }
  | {
      readonly at: 'form';
      readonly trouble?: string;
      /** In the device's words. */
      readonly detail?: string;
    }
  | { readonly at: 'joining' }
  | { readonly at: 'joined'; readonly words: string };

/**
 * An invitation is opened: who comes, the key that this browser makes, and the words to compare.
 * @fires enter the person goes on to the live page
 */
export class VedetteJoin extends LitElement {
  static override properties = {
    way: { attribute: false },
    link: { attribute: false },
    stage: { state: true },
    identity: { state: true },
  };
  declare way: Promise<Door>;
  declare link: JoinLink | 'broken';
  declare stage: Stage;
  declare identity: Identity | undefined;

  constructor() {
    super();
    this.stage = { at: 'looking' };
  }

  protected override firstUpdated(): void {
    this.#look().catch(() => undefined); // it never rejects
  }

  protected override updated(): void {
    document.title = this.#title();
  }

  async #look(): Promise<void> {
    this.stage = { at: 'looking' };
    this.identity = await (await this.way).identity();
    if (this.identity === undefined) this.stage = { at: 'away' };
    else if (this.link === 'broken') this.stage = { at: 'broken' };
    else {
      const name = await this.#nameHere(this.identity);
      this.stage = name === undefined ? { at: 'form' } : { at: 'in-already', name };
    }
  }

  /** Who sends a link may well open it to see what it is; that must use up nothing. */
  async #nameHere({ device }: Identity): Promise<string | undefined> {
    if ((await ownKeys(device.id)).length === 0) return undefined;
    const admission = await (await this.way).admission();
    return admission.type === 'admitted' ? admission.device.person?.name : undefined;
  }

  async #join(form: HTMLFormElement): Promise<void> {
    if (this.identity === undefined || this.link === 'broken') return;
    const given = new FormData(form);
    const text = (key: string): string => String(given.get(key) ?? '').trim();
    this.stage = { at: 'joining' };
    const name = text('name') || undefined;
    const door = await this.way;
    this.#joined(await door.join(this.identity, this.link, { name, label: text('label') }));
  }

  #joined(outcome: Joined): void {
    switch (outcome.type) {
      case 'joined':
        this.stage = { at: 'joined', words: outcome.words };
        break;
      case 'no-key':
        this.stage = { at: 'form', trouble: keyTroubleWords[outcome.trouble] };
        break;
      case 'refused':
        this.stage = {
          at: 'form',
          trouble: wordsHere[outcome.code] ?? refusalWords(outcome),
          ...(outcome.code === 'access/invitation-over' ? { detail: refusalWords(outcome) } : {}),
        };
        break;
      case 'unreachable':
        this.stage = { at: 'form', trouble: strings.joinUnreachable };
        break;
    }
  }

  #title(): string {
    return this.identity === undefined ? 'Vedette' : strings.joinTitle(this.identity.device.title);
  }

  protected override render(): unknown {
    return html`<section data-stage=${this.stage.at}>
      <h1>${this.#title()}</h1>
      ${this.#stage(this.stage)}
    </section>`;
  }

  #stage(stage: Stage): unknown {
    const enter = (): void => void this.dispatchEvent(new CustomEvent('enter'));
    switch (stage.at) {
      case 'looking':
        return html`<p role="status">${strings.loading}</p>`;
      case 'away':
        return html`<p role="alert">${strings.joinUnreachable}</p>
          <button class="filled" @click=${() => this.#look()}>${strings.tryAgain}</button>`;
      case 'broken':
        return html`<p role="alert">${strings.joinWrong}</p>`;
      case 'in-already':
        return html`<p role="status">${strings.joinedAlready(stage.name)}</p>
          <button class="filled" @click=${enter}>${strings.joinGoOn}</button>
          <button class="outlined" @click=${() => {
            this.stage = { at: 'form' };
          }}>${strings.joinAnyway}</button>`;
      case 'form':
      case 'joining':
        return this.#form(stage.at === 'joining', stage.at === 'form' ? stage : {});
      case 'joined':
        return html`<h2>${strings.joinWords}</h2>
          <p class="words" role="status" lang="en">${stage.words.split(' ').map((word) => html`<span>${word}</span> `)}</p>
          <p>${strings.joinCompare}</p>
          <button class="filled" @click=${enter}>${strings.joinGoOn}</button>`;
    }
  }

  #form(busy: boolean, { trouble, detail }: { trouble?: string; detail?: string }): unknown {
    return html`<form @submit=${(event: SubmitEvent) => {
      event.preventDefault();
      return this.#join(event.target as HTMLFormElement);
    }}>
      ${
        this.identity?.paired
          ? nothing
          : html`<label>${strings.joinName}<input name="name" required maxlength="60" autocomplete="name" ?disabled=${busy} /></label>`
      }
      <label>${strings.joinLabel}<input name="label" required maxlength="60" autocomplete="off"
        value=${browserLabel(navigator.userAgent)} ?disabled=${busy} /></label>
      <p class="hint">${strings.joinHint}</p>
      ${trouble === undefined ? nothing : html`<p class="trouble" role="alert">${trouble}${detail === undefined ? nothing : html`<small>${detail}</small>`}</p>`}
      <button class="filled" ?disabled=${busy}>${busy ? strings.joining : strings.join}</button>
    </form>`;
  }

  static override styles = [shared, joinStyles];
}

define('vedette-join', VedetteJoin);
