import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killTrustWriter } from '../../../bench/trust-kills.ts';

// The short form of `npm run trust -- power`.
test('killed at any moment: all that was acknowledged is there, and the trail holds', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-killed-'));
  try {
    const { acknowledged, ...wrong } = await killTrustWriter(folder, 3);
    expect(acknowledged).toBeGreaterThan(0);
    expect(wrong).toEqual({ lost: 0, troubles: 0, badEntries: 0 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
