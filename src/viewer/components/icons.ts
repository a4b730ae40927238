import { html, svg, type TemplateResult } from 'lit';

/** A 24 × 24 line drawing; what it means is said by its button. */
const icon = (paths: TemplateResult): TemplateResult =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths}</svg>`;

export const icons = {
  soundOn: icon(svg`<path d="M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`),
  soundOff: icon(svg`<path d="M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>`),
  microphone: icon(
    svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`,
  ),
  snapshot: icon(
    svg`<path d="M4 8h3.5L9 5.5h6L16.5 8H20a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z"/><circle cx="12" cy="13" r="3.5"/>`,
  ),
  fullscreen: icon(svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>`),
  leaveFullscreen: icon(svg`<path d="M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5"/>`),
  pictureInPicture: icon(
    svg`<rect x="3" y="5" width="18" height="14" rx="1.5"/><rect x="12" y="12" width="6.5" height="4.5" rx="0.75" fill="currentColor"/>`,
  ),
  all: icon(
    svg`<rect x="4" y="4" width="7" height="7" rx="1"/><rect x="13" y="4" width="7" height="7" rx="1"/><rect x="4" y="13" width="7" height="7" rx="1"/><rect x="13" y="13" width="7" height="7" rx="1"/>`,
  ),
  live: icon(
    svg`<path d="M3 12c2.5-4.5 5.5-6.5 9-6.5s6.5 2 9 6.5c-2.5 4.5-5.5 6.5-9 6.5S5.5 16.5 3 12z"/><circle cx="12" cy="12" r="2.5"/>`,
  ),
  events: icon(svg`<path d="M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01"/>`),
  charts: icon(svg`<path d="M4 4v16h16M7 15l4-5 3 3 5-7"/>`),
  people: icon(
    svg`<circle cx="9" cy="8" r="3.5"/><path d="M2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18.500 14.200a6.5 6.5 0 0 1 3 5.300"/>`,
  ),
  locked: icon(svg`<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`),
  unlocked: icon(
    svg`<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V7a4 4 0 0 1 7.500-2"/>`,
  ),
  standby: icon(svg`<path d="M19.5 14.5A8 8 0 1 1 9.5 4.5a6.5 6.5 0 0 0 10 10z"/>`),
  more: icon(svg`<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>`),
  bell: icon(svg`<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4"/>`),
  alarm: icon(svg`<path d="M12 4L2.5 20h19zM12 10v4.5M12 17.5v.01"/>`),
  note: icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.01"/>`),
  fault: icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M6 6l12 12"/>`),
  message: icon(svg`<path d="M4 5h16v11H10l-4 4v-4H4z"/>`),
  privacy: icon(
    svg`<path d="M4 4l16 16M9.5 5.900A9 9 0 0 1 12 5.5c3.5 0 6.5 2 9 6.5a15 15 0 0 1-2.600 3.5M6.5 7.5A15 15 0 0 0 3 12c2.5 4.5 5.5 6.5 9 6.5a9 9 0 0 0 4-.9"/>`,
  ),
  play: icon(svg`<path d="M8 5l11 7-11 7z" fill="currentColor"/>`),
  download: icon(svg`<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>`),
  rising: icon(svg`<path d="M6 18L18 6M9 6h9v9"/>`),
  falling: icon(svg`<path d="M6 6l12 12M18 9v9H9"/>`),
  steady: icon(svg`<path d="M4 12h15M14 7l5 5-5 5"/>`),
  settings: icon(
    svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>`,
  ),
  earlier: icon(svg`<path d="M14 6l-6 6 6 6"/>`),
  later: icon(svg`<path d="M10 6l6 6-6 6"/>`),
  plus: icon(svg`<path d="M12 5v14M5 12h14"/>`),
  minus: icon(svg`<path d="M5 12h14"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`),
} as const;
