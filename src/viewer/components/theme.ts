import { css } from 'lit';

/** Colours and sizes, set once on the outermost element and inherited. Each pair meets WCAG 2.2 AA (4.5:1 text). */
export const theme = css`
  :host {
    color-scheme: dark light;
    --ground: #0e1216;
    --surface: #181e25;
    --line: #2c3540;
    --ink: #eef2f6;
    --ink-soft: #a9b4c0;
    --accent: #7db4ff;
    --on-accent: #07192f;
    --live: #ff6b62;
    --on-live: #2a0503;
    --warn: #f5b74e;
    --scrim: rgb(8 11 14 / 72%);
    --on-scrim: #f5f8fb;
    --unit: 8px;
    --target: 44px;
    --radius: 12px;
    font: 1rem / 1.5 system-ui, sans-serif;
    color: var(--ink);
  }
  @media (prefers-color-scheme: light) {
    :host {
      --ground: #f4f6f8;
      --surface: #ffffff;
      --line: #cdd5de;
      --ink: #10161d;
      --ink-soft: #4c5967;
      --accent: #1257b8;
      --on-accent: #ffffff;
      --live: #c4231b;
      --on-live: #ffffff;
      --warn: #8a5200;
    }
  }
`;

/** Buttons and what every component needs. */
export const shared = css`
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  button,
  a {
    font: inherit;
    color: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--unit);
    min-width: var(--target);
    min-height: var(--target);
    padding: 0 var(--unit);
    border: 0;
    border-radius: calc(var(--target) / 2);
    background: transparent;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
    touch-action: manipulation;
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  svg {
    width: 24px;
    height: 24px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .filled,
  .outlined {
    padding: 0 calc(var(--unit) * 2);
    font-weight: 600;
  }
  .filled {
    background: var(--accent);
    color: var(--on-accent);
  }
  .filled.alarm {
    background: var(--live);
    color: var(--on-live);
  }
  .outlined {
    box-shadow: inset 0 0 0 1px var(--ink-soft);
  }
  .outlined:hover:enabled {
    background: color-mix(in srgb, currentColor 10%, transparent);
  }
  input,
  select {
    font: inherit;
    color: inherit;
    accent-color: var(--accent);
  }
  input:not([type='range'], [type='checkbox'], [type='radio']),
  select {
    min-height: var(--target);
    padding: 0 calc(var(--unit) * 1.5);
    border: 1px solid var(--ink-soft);
    border-radius: 8px;
    background: var(--ground);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
