import { css } from 'lit';
import type { KeyTrouble } from '../own-key.ts';
import { strings } from '../strings.ts';

/** Why this browser can have no key, and what helps. */
export const keyTroubleWords: Readonly<Record<KeyTrouble, string>> = {
  insecure: strings.keyInsecure,
  unsupported: strings.keyUnsupported,
  'not-kept': strings.keyNotKept,
};

/** Of the forms by which somebody comes in. */
export const joinStyles = css`
  :host {
    flex: 1 1 auto;
    display: grid;
    place-content: center;
    grid-template-columns: minmax(0, 420px);
    padding: calc(var(--unit) * 3) calc(var(--unit) * 2);
  }
  section,
  form {
    display: grid;
    gap: calc(var(--unit) * 2);
  }
  h1,
  h2,
  p {
    margin: 0;
  }
  h1 {
    font-size: 1.5rem;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 1rem;
  }
  label {
    display: grid;
    gap: 4px;
  }
  .hint {
    font-size: 0.875rem;
    color: var(--ink-soft);
  }
  .trouble {
    padding: calc(var(--unit) * 1.5);
    border: 2px solid var(--warn);
    border-radius: var(--radius);
  }
  small {
    display: block;
    color: var(--ink-soft);
  }
  .words {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--unit);
    font-size: clamp(1.25rem, 7vw, 1.75rem);
    font-weight: 700;
    line-height: 1.2;
  }
  .words span {
    padding: calc(var(--unit) * 1.5) var(--unit);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    text-align: center;
    overflow-wrap: anywhere;
  }
`;
