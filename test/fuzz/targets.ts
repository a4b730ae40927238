import type { FuzzTarget } from './target.ts';

/** What is fuzzed, by name. Loaded on use, behind the counters. */
export const targets: Readonly<Record<string, () => Promise<{ readonly target: FuzzTarget }>>> = {
  stun: () => import('./targets/stun.ts'),
  candidate: () => import('./targets/candidate.ts'),
  'tcp-frames': () => import('./targets/tcp-frames.ts'),
  'dtls-messages': () => import('./targets/dtls-messages.ts'),
  'dtls-connection': () => import('./targets/dtls-connection.ts'),
  'ice-agent': () => import('./targets/ice-agent.ts'),
  demultiplexer: () => import('./targets/demultiplexer.ts'),
  srtp: () => import('./targets/srtp.ts'),
  rtp: () => import('./targets/rtp.ts'),
  rtcp: () => import('./targets/rtcp.ts'),
  'transport-feedback': () => import('./targets/transport-feedback.ts'),
  'rtp-sender': () => import('./targets/rtp-sender.ts'),
  receiver: () => import('./targets/receiver.ts'),
  'jitter-buffer': () => import('./targets/jitter-buffer.ts'),
  sctp: () => import('./targets/sctp.ts'),
  'sdp-offer': () => import('./targets/sdp-offer.ts'),
  'sdp-fragment': () => import('./targets/sdp-fragment.ts'),
  signaling: () => import('./targets/signaling.ts'),
  events: () => import('./targets/events.ts'),
  h264: () => import('./targets/h264.ts'),
  vp8: () => import('./targets/vp8.ts'),
  nut: () => import('./targets/nut.ts'),
};
