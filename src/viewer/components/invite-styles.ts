import { css } from 'lit';

export const inviteStyles = css`
  h2,
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 1.125rem;
  }
  form,
  .made {
    display: grid;
    gap: calc(var(--unit) * 2);
  }
  label {
    display: grid;
    gap: 4px;
    min-width: 0;
  }
  input:not([type='radio']),
  select {
    width: 100%;
    min-width: 0;
  }
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  .choice {
    display: flex;
    align-items: center;
    gap: calc(var(--unit) * 1.5);
    min-height: var(--target);
    padding: 4px 0;
  }
  .choice input {
    flex: none;
    width: 24px;
    height: 24px;
    margin: 0;
  }
  small {
    display: block;
    font-size: 0.875rem;
    color: var(--ink-soft);
  }
  .times,
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: var(--unit);
  }
  .times label {
    flex: 1 1 120px;
  }
  .times.dates label {
    flex-basis: 216px;
  }
  .said {
    padding-left: calc(var(--unit) * 1.5);
    border-left: 3px solid var(--accent);
  }
  .trouble {
    padding-left: calc(var(--unit) * 1.5);
    border-left: 3px solid var(--live);
  }
  .qr {
    width: min(100%, 264px);
    height: auto;
    justify-self: center;
    border-radius: 8px;
    background: #fff;
    fill: #000;
    stroke: none;
  }
  .code {
    font: 600 clamp(2rem, 12vw, 3.5rem) / 1.2 ui-monospace, monospace;
    font-variant-numeric: tabular-nums;
    text-align: center;
    user-select: all;
  }
  .ways button {
    flex: 1 1 120px;
  }
`;
