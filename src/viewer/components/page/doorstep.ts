import { html, nothing } from 'lit';
import type { Door } from '../../door.ts';
import type { JoinLink } from '../../join-link.ts';
import { strings } from '../../strings.ts';
import type { Viewer } from '../../viewer.ts';
import { unauthorizedWords } from '../words.ts';
import type { Parts } from './parts.ts';

/** An invitation that the page was opened with. */
export interface Joining {
  readonly parts: Parts;
  readonly way: Promise<Door>;
  readonly link: JoinLink | 'broken';
  readonly entered: () => void;
}

/** Coming in by an invitation. */
export function joining({ parts, way, link, entered }: Joining): unknown {
  if (parts.failed === 'join') {
    return html`<main class="message"><p role="alert">${strings.loadFailed}</p>
      <p><button class="outlined" @click=${() => parts.load('join')}>${strings.tryAgain}</button></p></main>`;
  }
  return html`<main class="joining">${
    parts.has('join')
      ? html`<vedette-join .way=${way} .link=${link} @enter=${entered}></vedette-join>`
      : nothing
  }</main>`;
}

/** What whoever is not let in reads in place of the page; undefined for the others. */
export function keptOut(
  { admission, redemption }: Viewer,
  { parts, way }: Pick<Joining, 'parts' | 'way'>,
): unknown {
  if (admission?.type === 'unauthorized') {
    return html`<main class="message" data-state="unauthorized">
      <h1>${strings.unauthorizedTitle}</h1>
      <p>${unauthorizedWords(admission, redemption)}</p>
      ${parts.has('regain') ? html`<vedette-regain .way=${way}></vedette-regain>` : nothing}
    </main>`;
  }
  if (admission?.type === 'not-now') {
    return html`<main class="message" data-state="not-now">
      <h1>${strings.notNowTitle}</h1>
      <p>${strings.notNow(admission.name)}</p>
      <p><button class="outlined" @click=${() => location.reload()}>${strings.tryAgain}</button></p>
    </main>`;
  }
  return undefined;
}
