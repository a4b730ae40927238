import { css } from 'lit';

/** The page's frame: a header line, and the room for the feeds. */
export const pageStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100dvh;
    background: var(--ground);
    --bleed: calc(var(--unit) * -2);
    padding: 0 max(calc(var(--unit) * 2), env(safe-area-inset-right)) env(safe-area-inset-bottom)
      max(calc(var(--unit) * 2), env(safe-area-inset-left));
    box-sizing: border-box;
  }
  header {
    position: relative;
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
    font-size: 0.875rem;
    white-space: nowrap;
    color: var(--ink-soft);
  }
  main {
    flex: 1 1 auto;
    min-height: 0;
    display: grid;
    gap: calc(var(--unit) * 2);
    align-content: start;
  }
  main[data-layout='grid'] {
    /* Two rows of pictures with their controls fill the height; no picture is too small to recognize a face in. */
    --tile: max(280px, (100dvh - 200px) * 8 / 9);
    justify-content: center;
    grid-template-columns: minmax(0, 1fr);
  }
  main[data-layout='grid'][data-count='1'] {
    align-content: stretch;
  }
  @media (min-width: 640px) {
    main[data-layout='grid']:is([data-count='2'], [data-count='3'], [data-count='4']) {
      grid-template-columns: repeat(2, minmax(0, var(--tile)));
    }
    main[data-layout='grid'][data-count='2'] {
      --tile: 100%;
      align-content: center;
    }
    main[data-layout='grid'][data-count='many'] {
      grid-template-columns: repeat(auto-fill, minmax(280px, 1fr));
    }
  }
  .message {
    place-content: center;
    text-align: center;
    gap: var(--unit);
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
  .notice {
    position: fixed;
    z-index: 3;
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
  @media (orientation: landscape) {
    main[data-layout='grown'] {
      grid-template-columns: minmax(0, 1fr) minmax(120px, 18%);
      align-content: stretch;
      grid-template-rows: repeat(3, min-content) 1fr;
    }
    main[data-layout='grown'] [layout='grown'] {
      grid-column: 1;
      grid-row: 1 / span 4;
    }
  }
  @media (orientation: portrait) {
    main[data-layout='grown'] {
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }
    main[data-layout='grown'] [layout='grown'] {
      grid-column: 1 / -1;
      order: -1;
    }
  }
`;
