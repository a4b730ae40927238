import { css } from 'lit';

/**
 * The page's frame. On a phone: a header line, the pictures, what is beside them, and the parts of the page under the
 * thumb. On a wide screen what is beside the pictures has a column, and scrolls by itself.
 */
export const pageStyles = css`
  :host {
    display: block;
    min-height: 100dvh;
    background: var(--ground);
    --bleed: calc(var(--unit) * -2);
    --nav: 64px;
  }
  .page {
    display: flex;
    flex-direction: column;
    min-height: 100dvh;
    padding: 0 max(calc(var(--unit) * 2), env(safe-area-inset-right)) env(safe-area-inset-bottom)
      max(calc(var(--unit) * 2), env(safe-area-inset-left));
  }
  header {
    position: relative;
    z-index: 3;
    display: flex;
    align-items: center;
    gap: calc(var(--unit) * 1.5);
    min-height: 56px;
    flex: none;
  }
  h1 {
    flex: 1 1 auto;
    margin: 0;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 1.125rem;
    font-weight: 600;
  }
  .state {
    display: flex;
    align-items: center;
    gap: var(--unit);
    margin: 0;
    white-space: nowrap;
    font-weight: 600;
    color: var(--ink-soft);
  }
  .state[data-live='true'] {
    color: var(--live);
  }
  .dot {
    width: 12px;
    height: 12px;
    border-radius: 50%;
    box-shadow: inset 0 0 0 2px currentColor;
  }
  .state[data-live='true'] .dot {
    background: currentColor;
  }
  .watching {
    margin: 0;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    font-size: 0.875rem;
    white-space: nowrap;
    color: var(--ink-soft);
  }
  .standby {
    white-space: nowrap;
    font-size: 0.875rem;
  }
  .standby:hover,
  nav a:hover {
    background: color-mix(in srgb, currentColor 10%, transparent);
  }
  main {
    flex: 1 1 auto;
    min-height: 0;
    display: flex;
    flex-direction: column;
    gap: calc(var(--unit) * 2);
  }
  .feeds {
    flex: 1 1 auto;
    min-height: 0;
    display: grid;
    gap: calc(var(--unit) * 2);
    align-content: start;
  }
  .feeds[data-layout='grid'] {
    /* Two rows of pictures with their controls fill the height; no picture is too small to recognize a face in. */
    --tile: max(280px, (100dvh - 200px) * 8 / 9);
    justify-content: center;
    grid-template-columns: minmax(0, 1fr);
  }
  .feeds[data-layout='grid'][data-count='1'] {
    align-content: stretch;
  }
  .feeds[data-layout='strip'] {
    flex: none;
    grid-auto-flow: column;
    grid-auto-columns: 128px;
    gap: var(--unit);
    overflow-x: auto;
  }
  aside {
    display: grid;
    gap: calc(var(--unit) * 2);
    align-content: start;
  }
  .alarms,
  .locks {
    display: grid;
    gap: var(--unit);
  }
  .view {
    min-width: 0;
  }
  .call {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: var(--unit);
    padding: var(--unit) calc(var(--unit) * 2);
    border: 2px solid var(--accent);
    border-radius: var(--radius);
    font-weight: 600;
  }
  .call button {
    flex: none;
  }
  nav {
    display: flex;
    justify-content: space-around;
  }
  nav a {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: var(--unit);
    min-width: 72px;
    min-height: 48px;
    padding: 0 var(--unit);
    border-radius: var(--radius);
    color: var(--ink-soft);
    text-decoration: none;
    font-size: 0.875rem;
    font-weight: 600;
  }
  nav a[aria-current='page'] {
    color: var(--accent);
    box-shadow: inset 0 0 0 2px currentColor;
  }
  .message {
    flex: 1 1 auto;
    display: grid;
    place-content: center;
    text-align: center;
    gap: var(--unit);
  }
  main:is(.message, .joining) {
    min-height: 100dvh;
  }
  .message p {
    margin: 0;
    max-width: 48ch;
    text-wrap: balance;
    color: var(--ink-soft);
  }
  .message h1 {
    white-space: normal;
  }
  .trouble {
    margin: 0;
    padding: calc(var(--unit) * 1.5);
    border: 1px solid var(--warn);
    border-radius: var(--radius);
    font-size: 0.875rem;
    text-wrap: pretty;
  }
  .notice {
    position: fixed;
    z-index: 5;
    left: 50%;
    bottom: calc(var(--unit) * 2);
    transform: translateX(-50%);
    margin: 0;
    width: max-content;
    max-width: calc(100vw - 4 * var(--unit));
    padding: var(--unit) calc(var(--unit) * 2);
    border-radius: var(--radius);
    background: var(--ink);
    color: var(--ground);
    font-size: 0.875rem;
  }
  .notice[data-empty] {
    visibility: hidden;
  }
  @media (min-width: 640px) {
    .feeds[data-layout='grid']:is([data-count='2'], [data-count='3'], [data-count='4']) {
      grid-template-columns: repeat(2, minmax(0, var(--tile)));
    }
    .feeds[data-layout='grid'][data-count='2'] {
      --tile: 100%;
      align-content: center;
    }
    .feeds[data-layout='grid'][data-count='many'] {
      grid-template-columns: repeat(auto-fill, minmax(280px, 1fr));
    }
  }
  @media (max-width: 639px) {
    .standby {
      display: none;
    }
  }
  @media (orientation: landscape) {
    .feeds[data-layout='grown'] {
      grid-template-columns: minmax(0, 1fr) minmax(120px, 18%);
      align-content: stretch;
      grid-template-rows: repeat(3, min-content) 1fr;
    }
    .feeds[data-layout='grown'] [layout='grown'] {
      grid-column: 1;
      grid-row: 1 / span 4;
    }
  }
  @media (orientation: portrait) {
    .feeds[data-layout='grown'] {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    .feeds[data-layout='grown'] [layout='grown'] {
      grid-column: 1 / -1;
      order: -1;
    }
  }

  /* Narrow, with more than pictures: all in one column, alarms before all else. */
  @media (max-width: 899px) {
    :host([data-beside]) .feeds {
      flex: none;
      --talk-size: 112px;
    }
    :host([data-beside]) .page {
      padding-bottom: calc(var(--nav) + var(--unit) * 2 + env(safe-area-inset-bottom));
    }
    :host([data-beside]) .notice {
      bottom: calc(var(--nav) + var(--unit) * 2 + env(safe-area-inset-bottom));
    }
    :host([data-beside]) aside {
      display: contents;
    }
    @media (orientation: landscape) {
      /* A phone on its side, or a page zoomed in: the picture has the screen, the rest is below. */
      :host([data-beside]) .feeds:is([data-layout='grid'][data-count='1'], [data-layout='grown']) {
        height: max(280px, 100dvh - 56px - var(--nav) - 2 * var(--unit));
      }
    }
    :host([data-beside]) .alarms {
      order: -1;
    }
    :host([data-beside]:not([data-view='live'])) vedette-tiles,
    :host([data-beside]:not([data-view='live'])) .locks {
      display: none;
    }
    nav {
      position: fixed;
      z-index: 3;
      inset: auto 0 0;
      min-height: var(--nav);
      align-items: center;
      padding-bottom: env(safe-area-inset-bottom);
      background: var(--surface);
      border-top: 1px solid var(--line);
    }
    nav a {
      flex-direction: column;
      gap: 0;
      min-height: 56px;
      font-size: 0.75rem;
    }
    nav a[aria-current='page'] {
      box-shadow: none;
    }
  }

  /* Wide: the column at the side. */
  @media (min-width: 900px) {
    :host([data-beside]) .page {
      display: grid;
      grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr) 320px;
      column-gap: calc(var(--unit) * 2);
      height: 100dvh;
      min-height: 0;
    }
    :host([data-beside]) header {
      grid-column: 1 / -1;
    }
    :host([data-beside]) main {
      display: grid;
      grid-template: auto minmax(0, 1fr) / subgrid;
      grid-column: 1 / -1;
      grid-row: 2 / span 2;
      row-gap: 0;
    }
    :host([data-beside]) .call {
      grid-column: 1;
      grid-row: 1;
      margin-bottom: var(--unit);
    }
    :host([data-beside]) :is(.feeds, main > .message) {
      grid-column: 1;
      grid-row: 2;
      overflow-y: auto;
    }
    :host([data-beside]) .view {
      grid-column: 1;
      grid-row: 1 / span 2;
      overflow-y: auto;
      padding-bottom: var(--unit);
    }
    :host([data-beside]) .call + .feeds + .view {
      grid-row: 2;
    }
    :host([data-beside]) .feeds[data-layout='strip'] {
      grid-column: 2;
      grid-row: 1;
      grid-auto-columns: minmax(128px, 1fr);
      overflow-y: visible;
      margin-bottom: calc(var(--unit) * 2);
    }
    :host([data-beside]) aside {
      grid-column: 2;
      grid-row: 2;
      overflow-y: auto;
      padding-bottom: calc(var(--nav) + var(--unit));
    }
    :host([data-beside][data-view='live']) aside {
      grid-row: 1 / span 2;
    }
    :host([data-beside]) nav {
      position: relative;
      z-index: 2;
      grid-column: 2;
      grid-row: 3;
      align-items: center;
      height: var(--nav);
      background: var(--ground);
      border-top: 1px solid var(--line);
    }
    :host([data-beside]) nav a {
      flex-direction: column;
      gap: 0;
      min-height: 52px;
      font-size: 0.75rem;
    }
  }
`;
