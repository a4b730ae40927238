import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, type Door, openDoor } from './door.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.stop());

test('the page comes under a policy that allows the device alone', async () => {
  const page = await fetch(`${door.url}/`);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${door.addresses.port}`);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page.headers.get('permissions-policy')).toContain('microphone=(self)');
  expect(page.headers.get('cache-control')).toBe('no-cache');
});

test('a hashed asset is kept for good, the page is asked for again and not sent twice', async () => {
  const asset = await fetch(`${door.url}/assets/main-abc123.js`);
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-encoding')).toBe('gzip');
  expect(await asset.text()).toHaveLength(4003);
  const plain = await ask(`${door.url}/assets/main-abc123.js`);
  expect([plain.headers['content-encoding'], plain.body.length]).toEqual([undefined, 4003]);
  const etag = (await fetch(`${door.url}/`)).headers.get('etag') ?? '';
  const again = await fetch(`${door.url}/`, { headers: { 'if-none-match': etag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('the element to embed may be loaded by any site', async () => {
  const element = await fetch(`${door.url}/vedette-live.js`);
  expect(element.headers.get('access-control-allow-origin')).toBe('*');
  expect(element.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
});

test.each([
  '/../identity/secret',
  '/%2e%2e/identity/secret',
  '/..%2fidentity%2fsecret',
  '/assets//../../identity/secret',
  '/assets',
])('no path leads out of the page: %s', async (path) => {
  const reply = await ask(`${door.url}${path}`);
  expect([reply.status, JSON.parse(reply.body).code]).toEqual([404, 'http/not-found']);
});

test('a page that is not built says so', async () => {
  const bare = await openDoor({ pageFolder: '/nonexistent' });
  try {
    const page = await fetch(`${bare.url}/`);
    expect([page.status, ((await page.json()) as { code: string }).code]).toEqual([503, 'http/page-missing']);
  } finally {
    await bare.stop();
  }
});
