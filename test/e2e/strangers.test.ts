import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embedScopes, mintToken } from '../../src/access/token.ts';
import { ownAddresses } from '../../src/http/hosts.ts';
import { Secret } from '../../src/log.ts';
import { FarEnd } from '../transport/far-end.ts';
import { type Asked, ask, askUpgrade } from './ask.ts';
import { type Device, startDevice } from './device.ts';
import { connectSignal } from './signal-client.ts';

/** How others reach this machine. */
const address = ownAddresses()[0];
const inUrl = address?.includes(':') ? `[${address}]` : address;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;
const guarded = [
  '/api/device',
  '/whep/front-door',
  '/whep/front-door/AAAAAAAAAAAAAAAAAAAAAA',
  '/whep/nothing',
  '/api/webrtc?src=front-door',
  '/api/snapshot/front-door.jpg',
  '/api/snapshot/nothing.jpg',
  '/metrics',
] as const;
/** For everybody: the page's shell, and what leads to trusting the device; nothing of what it sees. */
const open = ['/', '/healthz', '/vedette-live.js'] as const;
const sockets = ['/signal', '/api/ws?src=front-door'] as const;
const title = 'Grandmother’s porch';

describe.skipIf(!address)(
  `from an address of the network${address ? '' : ' (this machine has none)'}`,
  () => {
    let device: Device;
    let base: string;
    let plain: string;
    let secret: string;
    let offer: string;

    beforeAll(async () => {
      device = await startDevice(() => ({
        device: 'e2e',
        title,
        cameras: {
          'front-door': {
            kind: 'test',
            width: 320,
            height: 180,
            microphone: { kind: 'test' },
            speaker: { kind: 'none' },
          },
        },
      }));
      const { port } = new URL(device.url);
      base = `https://${inUrl}:${port}`;
      plain = `http://${inUrl}:${port}`;
      secret = (await readFile(join(device.folder, 'state/identity/secret'), 'utf8')).trim();
      const far = new FarEnd({ codecs: ['VP8'], audio: 'sendrecv' });
      offer = await far.offer(() => undefined);
      await far.connection.close();
    });
    afterAll(() => device?.stop());

    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const sdp = { 'content-type': 'application/sdp' };

    test('plain HTTP only leads to HTTPS, whatever one shows, and a plain WebSocket is refused', async () => {
      for (const path of ['/', ...guarded]) {
        const reply = await ask(`${plain}${path}`, { headers: bearer(secret) });
        expect([path, reply.status, reply.headers.location]).toEqual([path, 308, `${base}${path}`]);
        expect(reply.body).toBe('');
      }
      for (const path of sockets)
        expect((await askUpgrade(`${plain}${path}`, bearer(secret))).status).toBe(403);
    });

    test('who holds the secret gets everything, by token and by cookie', async () => {
      const traded = await ask(`${base}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: base },
        body: JSON.stringify({ secret }),
      });
      expect(traded.status).toBe(204);
      const cookie = traded.headers['set-cookie']?.[0] ?? '';
      expect(cookie).toMatch(/HttpOnly; SameSite=Strict; .*Secure$/);
      for (const shown of [bearer(secret), { cookie: cookie.split(';')[0] ?? '' }]) {
        const told = await ask(`${base}/api/device`, { headers: shown });
        expect(JSON.parse(told.body)).toMatchObject({ title, feeds: [{ name: 'front-door', talk: true }] });
        const snapshot = await ask(`${base}/api/snapshot/front-door.jpg`, { headers: shown });
        expect([snapshot.status, snapshot.headers['content-type']]).toEqual([200, 'image/jpeg']);
        expect((await ask(`${base}/metrics`, { headers: shown })).body).toContain('vedette_viewers 0');
        const posted = await ask(`${base}/whep/front-door`, {
          method: 'POST',
          headers: { ...sdp, ...shown },
          body: offer,
        });
        expect(posted.status).toBe(201);
        const session = new URL(posted.headers.location ?? '', base);
        expect((await ask(session, { method: 'DELETE' })).status).toBe(401);
        expect((await ask(session, { method: 'DELETE', headers: shown })).status).toBe(200);
        for (const path of sockets) expect((await askUpgrade(`${base}${path}`, shown)).status).toBe(101);
      }
    });

    test('a name that is not the device’s is refused, so that DNS rebinding reads nothing', async () => {
      for (const host of ['evil.example', 'localhost.evil.example', '198.51.100.7']) {
        const headers = { ...bearer(secret), host };
        const status = async (path: string) => (await ask(`${base}${path}`, { headers })).status;
        expect([host, await status('/api/device')]).toEqual([host, 421]);
      }
      // From the network, the names of loopback lend no rights.
      const { port } = new URL(base);
      for (const host of ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`))
        expect([host, (await ask(`${base}/api/device`, { headers: { host } })).status]).toEqual([host, 401]);
    });

    test('a page of another site opens no WebSocket and reads nothing with the cookie of its visitor', async () => {
      const traded = await ask(`${base}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ secret }),
      });
      const cookie = traded.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      for (const origin of [
        'https://evil.example',
        'null',
        base.replace(/\d+$/, '1'),
        plain.replace(/^http/, 'ftp'),
      ]) {
        for (const path of sockets)
          expect([origin, (await askUpgrade(`${base}${path}`, { cookie, origin })).status]).toEqual([
            origin,
            401,
          ]);
        expect((await ask(`${base}/api/device`, { headers: { cookie, origin } })).status).toBe(401);
      }
    });

    test('a token to embed views and listens, and neither talks, takes snapshots nor reads metrics', async () => {
      const token = bearer(mintToken(new Secret(secret), embedScopes).reveal());
      const status = async (path: string) => (await ask(`${base}${path}`, { headers: token })).status;
      expect(await status('/api/snapshot/front-door.jpg')).toBe(403);
      expect(await status('/metrics')).toBe(403);
      expect(await status('/api/device')).toBe(200);
      const posted = await ask(`${base}/whep/front-door`, {
        method: 'POST',
        headers: { ...sdp, ...token, origin: 'https://home.example' },
        body: offer,
      });
      expect(posted.status).toBe(201);
      expect(posted.headers['access-control-allow-origin']).toBe('*');
      // What it offers to say is not taken.
      const [video, audio] = posted.body.split(/^m=/m).slice(1);
      expect(video).toContain('a=sendonly');
      expect(audio).toContain('a=sendonly');
      await ask(new URL(posted.headers.location ?? '', base), { method: 'DELETE', headers: token });

      const far = new FarEnd({ codecs: ['VP8'], audio: 'sendrecv' });
      const client = await connectSignal(`${base}/`, token);
      try {
        client.say('s', {
          type: 'offer',
          sdp: await far.offer((candidate) => client.say('s', { type: 'candidate', ...candidate })),
          media: [{ mid: '*', feed: 'front-door' }],
        });
        await far.accept((await client.nextOf('answer')).sdp);
        await far.until('the picture', () => far.rtp.length > 0);
        await far.until('the channel', () => far.messages.length > 0);
        far.channel?.send(JSON.stringify({ type: 'talk', feed: 'front-door', on: true }));
        const refusal = { type: 'talk-refused', feed: 'front-door' };
        await far.until('the refusal', () =>
          far.messages.some((message) => (message as { type: string }).type === refusal.type),
        );
        expect(far.messages).toContainEqual(expect.objectContaining(refusal));
      } finally {
        await far.hangUp();
        client.end();
      }
    });

    // Last, since whoever guesses from an address makes it wait.
    test.each([
      ['nothing', () => ({})],
      ['a wrong token', () => bearer('A'.repeat(22))],
      ['a wrong cookie', () => ({ cookie: `vedette=${'A'.repeat(43)}` })],
      ['the secret in the wrong place', () => ({ cookie: `vedette=${secret}` })],
      [
        'a token of its own making',
        () => bearer(mintToken(new Secret('A'.repeat(22)), embedScopes).reveal()),
      ],
      [
        'a claim to come from loopback',
        () => ({ 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' }),
      ],
    ])('who shows %s gets nothing by any method at any URL', async (_name, shown) => {
      for (const path of guarded) {
        for (const method of methods) {
          const asked: Asked = { method, headers: { ...sdp, ...shown() } };
          const reply = await ask(`${base}${path}`, method === 'POST' ? { ...asked, body: offer } : asked);
          const preflight = method === 'OPTIONS' && /^\/(whep|api)\//.test(path);
          expect([method, path, reply.status]).toEqual([method, path, preflight ? 204 : reply.status]);
          if (preflight) expect(reply.body).toBe('');
          else expect([401, 404]).toContain(reply.status);
          for (const word of [title, 'v=0', 'vedette_', secret]) expect(reply.body).not.toContain(word);
        }
      }
      for (const path of sockets) expect((await askUpgrade(`${base}${path}`, shown())).status).toBe(401);
      for (const path of open) {
        const { status, body } = await ask(`${base}${path}`, { headers: shown() });
        expect([path, status]).toEqual([path, 200]);
        for (const word of [title, 'front-door', secret]) expect(body).not.toContain(word);
      }
    });
  },
);
