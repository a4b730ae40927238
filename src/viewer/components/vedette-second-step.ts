import { css, html, LitElement } from 'lit';
import type { SecondStepNeed } from '../../protocol/second-step.ts';
import { strings } from '../strings.ts';
import { define } from './define.ts';

/** What an unlock still waits for, as whoever asked sees it. */
export class VedetteSecondStep extends LitElement {
  static override properties = { need: { attribute: false }, now: { attribute: false } };
  declare need: SecondStepNeed;
  declare now: number;

  protected override render(): unknown {
    const left = Math.max(0, Math.ceil((this.need.until - this.now) / 1_000));
    return html`<p><span role="status">${strings.needsPerson}</span> ${strings.timeLeft(left)}</p>`;
  }

  static override styles = css`
    p {
      margin: 0;
      font-size: 0.875rem;
    }
  `;
}

define('vedette-second-step', VedetteSecondStep);
