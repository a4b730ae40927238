import type { HostHeader } from './hosts.ts';

/** On every answer. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY', // for browsers that do not know frame-ancestors
};

/**
 * The page's Content-Security-Policy (W3C CSP 3): nothing but the device's own. WebSocket origins are named, because
 * `'self'` does not cover them in every browser. lit's styles are adopted style sheets, which need no allowance.
 */
export function pagePolicy({ name, port }: HostHeader, encrypted: boolean): string {
  const authority = `${name.includes(':') ? `[${name}]` : name}${port === undefined ? '' : `:${port}`}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob: mediastream:",
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${encrypted ? 'wss' : 'ws'}://${authority}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html vedette', // ours names the one service worker
  ].join('; ');
}

/** What the page may ask the browser for, and nothing it embeds may. */
export const permissionsPolicy = [
  'microphone=(self)',
  'autoplay=(self)',
  'fullscreen=(self)',
  'picture-in-picture=(self)',
  'screen-wake-lock=(self)',
  'camera=()',
  'geolocation=()',
  'display-capture=()',
  'usb=()',
  'payment=()',
].join(', ');

/** For what other sites' pages reach with a token. Without credentials: a cookie never speaks for another site. */
export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Location, Link, ETag, Accept-Patch, Accept-Post, Retry-After',
  'cross-origin-resource-policy': 'cross-origin',
};

/** The answer to a preflight (Fetch, 3.3). */
export const preflightHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, POST, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type, Accept, If-Match',
  'access-control-max-age': '7200', // the longest Chromium keeps one
};
