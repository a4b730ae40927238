import { css } from 'lit';

export const peopleStyles = css`
  :host {
    display: grid;
    gap: calc(var(--unit) * 3);
    max-width: 720px;
  }
  h2,
  h3,
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 0.875rem;
    color: var(--ink-soft);
  }
  h3 {
    font-size: 1rem;
  }
  ul {
    margin: var(--unit) 0 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: var(--unit);
  }
  li {
    padding: calc(var(--unit) * 1.5) calc(var(--unit) * 2);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .head,
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 calc(var(--unit) * 2);
    min-height: var(--target);
  }
  .row > :is(h3, p) {
    flex: 1 1 112px;
  }
  .row > button {
    margin: 4px 0 4px auto;
  }
  .row.grant {
    min-height: 0;
  }
  .grant[data-standing='over'],
  .grant[data-standing='used-up'],
  .soft,
  .me,
  summary {
    color: var(--ink-soft);
  }
  .me {
    font-weight: 400;
  }
  .soft,
  summary {
    font-size: 0.875rem;
  }
  summary {
    display: list-item;
    min-height: var(--target);
    line-height: var(--target);
    cursor: pointer;
  }
  .small {
    padding: 0 calc(var(--unit) * 1.5);
    font-size: 0.875rem;
  }
  .sure {
    flex: 1 1 100%;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--unit);
    margin: var(--unit) 0;
    padding: var(--unit) calc(var(--unit) * 1.5);
    border-left: 3px solid var(--live);
  }
  .sure p {
    flex: 1 1 200px;
    font-size: 0.875rem;
  }
`;
