import { css } from 'lit';
import { holdMs } from '../hold.ts';

/** A card with the words at the left and the button under the right thumb. */
export const lockStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  article {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: var(--unit) calc(var(--unit) * 2);
    padding: calc(var(--unit) * 1.5) calc(var(--unit) * 2);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  article[data-alarming] {
    border: 2px solid var(--live);
  }
  article[data-stale] .state {
    color: var(--ink-soft);
  }
  .words {
    flex: 1 1 136px;
    min-width: 0;
  }
  h3,
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  h3 {
    font-size: 0.875rem;
    font-weight: 600;
    color: var(--ink-soft);
  }
  .state strong {
    font-size: 1.25rem;
    font-weight: 600;
  }
  article[data-alarming] .state strong {
    color: var(--live);
  }
  .state span,
  .notes,
  .asks,
  .blocked,
  .told,
  .refusal {
    font-size: 0.875rem;
  }
  .state span,
  .notes {
    color: var(--ink-soft);
  }
  .state span {
    display: block;
  }
  .refusal,
  .blocked {
    margin-top: 4px;
    padding-left: var(--unit);
    border-left: 3px solid var(--warn);
  }
  .controls,
  .confirm {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: var(--unit);
    margin-left: auto;
  }
  .hold {
    position: relative;
    flex-direction: column;
    gap: 0;
    width: 88px;
    height: 88px;
    padding: 0;
    border-radius: 50%;
    user-select: none;
    -webkit-user-select: none;
    -webkit-touch-callout: none;
  }
  /* Open, there is nothing to hold; who came by keyboard keeps the focus where it was. */
  .hold[data-open]:not(:focus-visible) {
    display: none;
  }
  .hold[aria-disabled='true'] {
    cursor: default;
    color: var(--ink-soft);
  }
  .hold[aria-disabled='false']:active {
    background: color-mix(in srgb, var(--accent) 16%, transparent);
  }
  .ring {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    transform: rotate(-90deg);
  }
  .ring circle {
    stroke: var(--line);
    stroke-width: 3;
  }
  .hold[aria-disabled='false'] .ring circle:not(.fill) {
    stroke: var(--accent);
    stroke-width: 1.5;
  }
  .ring .fill {
    stroke: var(--accent);
    stroke-width: 4;
    stroke-dasharray: 1;
    stroke-dashoffset: 1;
    stroke-linecap: butt;
    visibility: hidden;
  }
  .hold[data-phase='holding'] .fill {
    visibility: visible;
    animation: fill ${holdMs}ms linear forwards;
  }
  .hold[data-phase='asked'] .fill {
    visibility: visible;
    stroke-dashoffset: 0;
    animation: wait 1.2s ease-in-out infinite alternate;
  }
  .hint {
    max-width: 72px;
    font-size: 0.6875rem;
    line-height: 1.15;
    font-weight: 600;
  }
  .lock {
    min-width: 72px;
  }
  @keyframes fill {
    to {
      stroke-dashoffset: 0;
    }
  }
  @keyframes wait {
    to {
      opacity: 0.35;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .hold[data-phase='holding'] .fill {
      animation-timing-function: steps(4, jump-both);
    }
    .hold[data-phase='asked'] .fill {
      animation: none;
    }
  }
`;
