import { css } from 'lit';

/** A dialog with its title and the button that closes it. */
export const dialogStyles = css`
  dialog {
    width: min(440px, 100vw - 2 * var(--unit));
    max-height: calc(100dvh - 2 * var(--unit));
    padding: var(--unit) calc(var(--unit) * 2) calc(var(--unit) * 2);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
  }
  dialog::backdrop {
    background: rgb(8 11 14 / 70%);
  }
  header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-right: calc(var(--unit) * -1);
  }
`;

/** A dialog that takes the screen with a picture, and the button that puts it aside. */
export const callStyles = css`
  dialog {
    max-height: calc(100dvh - 2 * var(--unit));
    padding: 0;
    overflow-y: auto;
    border: 2px solid var(--accent);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
  }
  dialog:focus-visible {
    outline: none;
  }
  dialog::backdrop {
    background: rgb(8 11 14 / 80%);
  }
  .close {
    position: absolute;
    top: var(--unit);
    right: var(--unit);
    background: var(--scrim);
    color: var(--on-scrim);
  }
`;
