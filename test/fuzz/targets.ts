import type { FuzzTarget } from './target.ts';

/** What is fuzzed, by name. Loaded on use, behind the counters. */
export const targets: Readonly<Record<string, () => Promise<{ readonly target: FuzzTarget }>>> = {
  'rtp-header': () => import('./targets/rtp-header.ts'),
  rtcp: () => import('./targets/rtcp.ts'),
  'sdp-offer': () => import('./targets/sdp-offer.ts'),
  'sdp-fragment': () => import('./targets/sdp-fragment.ts'),
  signaling: () => import('./targets/signaling.ts'),
  events: () => import('./targets/events.ts'),
  h264: () => import('./targets/h264.ts'),
  vp8: () => import('./targets/vp8.ts'),
  nut: () => import('./targets/nut.ts'),
};
