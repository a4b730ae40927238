import { css } from 'lit';

/**
 * The picture takes the largest box of its own shape that its stage has room for. A wide page has its controls in one
 * line under it; a tall one has the picture on top and the button to talk under the thumb.
 */
export const feedStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
  }
  .stage {
    position: relative;
    flex: 1 1 0;
    min-height: 0;
    container-type: size;
    display: grid;
    place-items: center;
  }
  vedette-picture {
    --shape: var(--ratio, 1.7778);
    width: min(100cqw, 100cqh * var(--shape));
    grid-area: 1 / 1;
  }
  .grow {
    position: absolute;
    inset: 0;
    border-radius: var(--radius);
  }
  .grow:focus-visible {
    outline-offset: -3px;
  }
  .name,
  .called,
  .talker {
    position: absolute;
    display: flex;
    align-items: center;
    gap: var(--unit);
    margin: 0;
    max-width: calc(100% - 2 * var(--unit));
    padding: 4px 12px;
    border-radius: 16px;
    background: var(--scrim);
    color: var(--on-scrim);
    font-size: 0.875rem;
    left: var(--unit);
  }
  .name {
    top: var(--unit);
    font-weight: 600;
  }
  .name .word {
    color: #ffa29b;
  }
  .called {
    top: var(--unit);
    font-weight: 600;
  }
  .name ~ .called {
    top: 44px;
  }
  .talker {
    bottom: var(--unit);
  }
  :is(.talker, .called) svg {
    width: 18px;
    height: 18px;
  }
  .dot {
    flex: none;
    width: 10px;
    height: 10px;
    border-radius: 50%;
    box-shadow: inset 0 0 0 2px currentColor;
  }
  p[slot='cure'] {
    margin: 0;
    font-size: 0.875rem;
  }
  button[slot='cure'] {
    position: relative;
    z-index: 2;
    padding: 0 calc(var(--unit) * 2);
    background: var(--on-scrim);
    color: #10161d;
    font-weight: 600;
  }
  [data-live='true'] .dot {
    background: #ff6b62;
    box-shadow: none;
  }
  .bar {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr);
    align-items: start;
    gap: var(--unit);
    padding: var(--unit) 0;
  }
  .left,
  .right {
    display: flex;
    align-items: center;
    min-height: 56px;
  }
  .right {
    justify-content: end;
  }
  .bar button:hover:enabled {
    background: color-mix(in srgb, currentColor 10%, transparent);
  }
  .sound {
    white-space: nowrap;
    padding: 0 calc(var(--unit) * 2) 0 calc(var(--unit) * 1.5);
  }
  .sound[data-muted='true'] {
    box-shadow: inset 0 0 0 1px var(--line);
    background: var(--surface);
  }
  .insecure {
    margin: 0;
    max-width: 44ch;
    font-size: 0.875rem;
    text-align: center;
    color: var(--ink-soft);
  }
  .insecure a {
    display: inline-flex;
    align-items: center;
    min-height: 24px;
    color: var(--accent);
    font-weight: 600;
  }

  :host([layout='tile']) .stage,
  :host([layout='thumbnail']) .stage {
    flex: none;
    container-type: inline-size;
    aspect-ratio: 16 / 9;
  }
  :host([layout='tile']) vedette-picture,
  :host([layout='thumbnail']) vedette-picture {
    width: min(100cqw, 56.25cqw * var(--shape));
  }
  :host([layout='tile']) {
    --talk-width: 104px;
    --talk-height: 44px;
    --talk-hint: none;
  }
  :host([layout='tile']) .label {
    display: none;
  }
  :host([layout='tile']) .sound {
    padding: 0 var(--unit);
  }
  :host([layout='tile']) :is(.left, .right) {
    min-height: 44px;
  }
  :host([layout='thumbnail']) {
    --picture-radius: 8px;
  }
  :host([layout='thumbnail']) .name {
    top: 4px;
    left: 4px;
    max-width: calc(100% - 8px);
    padding: 0 8px;
    font-size: 0.75rem;
  }
  :host([layout='thumbnail']) .word {
    display: none;
  }
  .name span:last-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  :host(:fullscreen) {
    background: #05070a;
    color: var(--on-scrim);
    padding: 0 16px;
  }

  @media (max-width: 359px) {
    .pip {
      display: none;
    }
  }
  @media (orientation: portrait) {
    :host([layout='single']) .stage,
    :host([layout='grown']) .stage {
      flex: none;
      container-type: inline-size;
      margin: 0 var(--bleed, 0);
    }
    :host([layout='single']) vedette-picture,
    :host([layout='grown']) vedette-picture {
      --picture-radius: 0;
      width: min(100cqw, 56dvh * var(--shape));
    }
    :host([layout='single']) .bar,
    :host([layout='grown']) .bar {
      --talk-width: var(--talk-size, 144px);
      --talk-height: var(--talk-size, 144px);
      --talk-flow: column;
      --talk-icon: 40px;
      grid-template: 'left right' auto 'talk talk' 1fr / auto 1fr;
      flex: 1;
    }
    :host([layout='single']) .talk,
    :host([layout='grown']) .talk {
      grid-area: talk;
      align-self: center;
    }
    :host(:fullscreen) {
      justify-content: center;
    }
  }
`;
