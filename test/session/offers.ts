import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OfferedFeed } from '../../src/session/offer.ts';

/** A recorded offer; see fixtures/offers. */
export const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../fixtures/offers', `${name}.sdp`), 'utf8');

export const recordings = [
  'chromium',
  'chromium-h264-only',
  'chromium-vp8-only',
  'chromium-av1-only',
  'firefox',
];

export const door: OfferedFeed = { name: 'door', audio: true, talk: true };
export const garden: OfferedFeed = { name: 'garden', audio: false, talk: false };
