import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { mintToken } from '../../src/access/token.ts';
import type { HttpServerOptions } from '../../src/http/server.ts';
import { mayVisit, ownerScopes, type Scope } from '../../src/protocol/scope.ts';
import { sealedProtocol } from '../../src/protocol/sealed.ts';
import { newPhone } from '../access/house.ts';
import { offer } from '../signaling/fake-sessions.ts';
import { cookieOf, fromElsewhere, joinBy, welcome } from './browser.ts';
import { ask, type Door, openDoor } from './door.ts';

const json = 'application/json';
const sdp = 'application/sdp';

/**
 * Every door, and how it answers whoever may pass: `what` is the scope it takes, `anybody`, `known` (any person), or
 * `person` (signed in by a key), or `terminal` (the socket file). What is not found or not understood behind it was let through.
 */
const doors: readonly (readonly [
  method: string,
  path: string,
  what: string,
  type?: string,
  body?: string,
])[] = [
  ['GET', '/', 'anybody'],
  ['GET', '/healthz', 'anybody'],
  ['GET', '/api/identity', 'anybody'],
  ['POST', '/api/session/challenge', 'anybody', json, '{}'],
  ['POST', '/api/session', 'anybody', json, '{}'],
  ['POST', '/api/join', 'anybody', json, '{}'],
  ['POST', '/api/presence', 'anybody', json, '{}'],
  ['POST', '/api/token', 'person', json, '{"scopes":["view"],"seconds":1}'],
  ['POST', '/api/requests', 'known', json, '{}'],
  ['GET', '/api/device', 'view'],
  ['GET', '/api/snapshot/garden.jpg', 'snapshot'],
  ['POST', '/whep/garden', 'view', sdp, offer],
  ['PATCH', '/whep/garden/x', 'view'],
  ['DELETE', '/whep/garden/x', 'view'],
  ['POST', '/api/webrtc?src=garden', 'view', sdp, offer],
  ['WebSocket', '/signal', 'view, telemetry or unlock'],
  ['sealed WebSocket', '/signal', 'known'],
  ['WebSocket', '/api/ws?src=garden', 'view'],
  ['GET', '/api/events', 'history'],
  ['PUT', '/api/events/x/pin', 'control', json, '{}'],
  ['GET', '/api/events/x.jpg', 'history'],
  ['GET', '/api/readings', 'history'],
  ['GET', '/api/records', 'history'],
  ['GET', '/api/clips/x.mp4', 'history'],
  ['GET', '/api/push', 'control'],
  ['PUT', '/api/push', 'control', json, '{}'],
  ['DELETE', '/api/push', 'control'],
  ['GET', '/metrics', 'metrics'],
  ['GET', '/api/pairing', 'admin'],
  ['POST', '/api/pairing', 'admin', json, '{"name":""}'],
  ['GET', '/api/pairing/x', 'admin'],
  ['DELETE', '/api/pairing/x', 'admin'],
  ['POST', '/api/recovery', 'terminal'],
];

interface Role {
  readonly scopes: readonly Scope[];
  readonly kind: 'nobody' | 'person' | 'token' | 'local';
  readonly headers: Record<string, string>;
}

let door: Door;
let roles: ReadonlyMap<string, Role>;
beforeAll(async () => {
  door = await openDoor({ requests: answering }, { loopback: false });
  const owner = await joinBy(
    door,
    await door.house.access.pair({ kind: 'local' }, { again: false }),
    await newPhone(),
  );
  const person = async (scopes: readonly Scope[], limits = {}): Promise<Role> => {
    const { cookie } = await welcome(door, { scopes, limits });
    return { scopes, kind: 'person', headers: { cookie } };
  };
  const revoked = await welcome(door, { scopes: ownerScopes });
  await door.house.access.revoke({ kind: 'local' }, 'key', revoked.phone.id);
  const now = door.house.clock.wall();
  const late = await person(['view', 'unlock:box'], { until: now + 1_000 });
  door.house.clock.pass(1_000);
  const token = mintToken(door.credentials.secret, ['view', 'listen']).reveal();
  roles = new Map<string, Role>([
    ['stranger', { scopes: [], kind: 'nobody', headers: {} }],
    ['revoked', { scopes: [], kind: 'nobody', headers: { cookie: revoked.cookie } }],
    ['this machine', { scopes: [], kind: 'nobody', headers: { host: '127.0.0.1' } }],
    [
      'embedded page',
      { scopes: ['view', 'listen'], kind: 'token', headers: { authorization: `Bearer ${token}` } },
    ],
    ['courier, too late', { ...late, scopes: [] }],
    ['courier', await person(['view', 'unlock:box'])],
    ['key to the box', await person(['unlock:box'])],
    ['viewer', await person(['view', 'listen'])],
    [
      'resident',
      await person(['view', 'listen', 'talk', 'snapshot', 'telemetry', 'history', 'control', 'unlock']),
    ],
    ['owner', { scopes: ownerScopes, kind: 'person', headers: { cookie: cookieOf(owner) } }],
    ['terminal', { scopes: ownerScopes, kind: 'local', headers: {} }],
  ]);
});
afterAll(() => door.stop());

/** Refuses each request, as `Requests` does what it does not understand. */
const answering: HttpServerOptions['requests'] = {
  take: (_text, _asker, tell) => {
    tell({ id: '', state: 'refused', code: 'request/invalid', reason: 'no' });
    return true;
  },
};

/** What the rules say, made without asking the device. */
function mayPass(what: string, method: string, path: string, { scopes, kind }: Role): boolean {
  if (what === 'anybody') return true;
  // Sockets are served at the TCP port alone.
  if (kind === 'local' && method.endsWith('WebSocket')) return false;
  if (what === 'terminal') return kind === 'local';
  if (what === 'known') return kind !== 'nobody';
  if (what === 'person') return kind === 'person' && scopes.includes('view');
  // Whom the device knows may see who they are.
  if (path === '/api/device' && kind === 'person') return true;
  if (what === 'view, telemetry or unlock') return mayVisit(scopes);
  return scopes.includes(what as Scope);
}

async function passes(method: string, path: string, { kind, headers }: Role, type?: string, body?: string) {
  const all = { ...fromElsewhere, ...headers, ...(type === undefined ? {} : { 'content-type': type }) };
  if (kind === 'local') return (await atSocket(method, path, all, body)) < 401;
  if (method === 'WebSocket') return (await upgraded(path, all, [])) === 101;
  if (method === 'sealed WebSocket') return (await upgraded(path, all, [sealedProtocol])) === 101;
  const reply = await ask(`${door.url}${path}`, {
    method,
    headers: all,
    ...(body === undefined ? {} : { body }),
  });
  return reply.status !== 401 && reply.status !== 403;
}

function atSocket(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<number> {
  if (method.endsWith('WebSocket')) return Promise.resolve(403);
  return new Promise((resolve, reject) => {
    const socketPath = join(door.folder, 'control.sock');
    request({ socketPath, method, path, headers, agent: false }, (incoming) => {
      incoming.resume();
      const { statusCode: status = 0 } = incoming;
      resolve(status === 401 || status === 403 ? status : 200);
    })
      .on('error', reject)
      .end(body);
  });
}

function upgraded(path: string, headers: Record<string, string>, protocols: string[]): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${door.url.replace('http', 'ws')}${path}`, protocols, { headers });
    socket.on('unexpected-response', (outgoing, response) => {
      resolve(response.statusCode ?? 0);
      outgoing.destroy();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', () => resolve(0));
  });
}

test('every door lets through whom the rules say, and nobody else, and the table in docs/access.md says so', async () => {
  const rows = [
    ['door', 'takes', ...roles.keys()],
    ['---', '---', ...[...roles.keys()].map(() => ':-:')],
  ];
  for (const [method, path, what, type, body] of doors) {
    const cells: string[] = [];
    for (const [name, role] of roles) {
      const passed = await passes(method, path, role, type, body);
      expect([method, path, name, passed]).toEqual([method, path, name, mayPass(what, method, path, role)]);
      cells.push(passed ? '✓' : '');
    }
    rows.push([`\`${method} ${path.split('?')[0]}\``, what, ...cells]);
  }
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`.replace(/ +/g, ' ')).join('\n');
  const page = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
  expect(page.includes(table), `docs/access.md should have this table:\n${table}`).toBe(true);
}, 60_000);

test('no route is missing in the table', () => {
  const files = ['api', 'session', 'pairing', 'requests', 'history', 'push', 'whep', 'app'];
  const known = doors.map(([method, path]) => `${method} ${path.split('?')[0]}`);
  for (const file of files) {
    const text = readFileSync(new URL(`../../src/http/${file}.ts`, import.meta.url), 'utf8');
    for (const [, method = '', route = ''] of text.matchAll(
      /routes\.(get|post|put|patch|delete)\('([^']+)'/g,
    )) {
      const prefix = file === 'whep' ? '/whep' : '';
      const pattern = `^${method.toUpperCase()} ${prefix}${route.replace(/:\w+(\{[^}]*\})?/g, '[^/]+')}$`;
      expect(
        known.some((row) => new RegExp(pattern).test(row)),
        `${method} ${route} of ${file}.ts`,
      ).toBe(true);
    }
  }
});
