import { expect, test } from 'vitest';
import { makeIceCredentials } from '../../../src/transport/ice/credentials.ts';

test('credentials are new each time, long enough, and of the characters that ICE has', () => {
  const made = Array.from({ length: 1_000 }, () => makeIceCredentials());
  expect(new Set(made.flatMap(({ ufrag, pwd }) => [ufrag, pwd])).size).toBe(2_000);
  for (const { ufrag, pwd } of made) {
    expect(ufrag).toMatch(/^[A-Za-z0-9+/]{8}$/);
    // RFC 8445, 5.3: 128 bits at least.
    expect(pwd).toMatch(/^[A-Za-z0-9+/]{24}$/);
  }
});
