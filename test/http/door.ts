import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Credentials } from '../../src/access/credentials.ts';
import { systemClock } from '../../src/clock.ts';
import { type HttpAddresses, HttpServer, type HttpServerOptions } from '../../src/http/server.ts';
import { House } from '../access/house.ts';
import { FakeSessions } from '../signaling/fake-sessions.ts';

/** A running front door with made-up sessions behind it. */
export interface Door {
  readonly server: HttpServer;
  readonly sessions: FakeSessions;
  readonly credentials: Credentials;
  readonly house: House;
  readonly addresses: HttpAddresses;
  readonly url: string;
  readonly folder: string;
  /** Every log line, as JSON. */
  readonly logged: string[];
  stop(): Promise<void>;
}

/** Nothing ever happened. */
export const noHistory: HttpServerOptions['history'] = {
  event: async () => undefined,
  events: async () => [],
  pin: async () => undefined,
  readings: async () => [],
  status: () => ({ bytes: 0, freeBytes: 1e9 }),
  snapshotPath: () => undefined,
  clipPath: () => undefined,
};

export const picture = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);

/**
 * @param given `loopback: true` unless said otherwise: tests stand for the owner at the device; `handClock`: credentials live
 *   by the house's clock
 */
export async function openDoor(
  options: Partial<HttpServerOptions> = {},
  { handClock = false, ...given }: { readonly loopback?: boolean; readonly handClock?: boolean } = {},
): Promise<Door> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-door-'));
  const pageFolder = join(folder, 'page');
  await mkdir(join(pageFolder, 'assets'), { recursive: true });
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>Vedette</title>');
  await writeFile(join(pageFolder, 'assets', 'main-abc123.js'), `// ${'x'.repeat(4000)}`);
  await writeFile(join(pageFolder, 'vedette-live.js'), 'customElements');
  const logged: string[] = [];
  const log = pino({ level: 'trace', base: null }, { write: (line: string) => void logged.push(line) });
  const sessions = new FakeSessions();
  const house = await House.open({ loopback: true, ...given });
  const credentials = new Credentials({
    folder: join(folder, 'identity'),
    paired: () => house.access.paired,
    clock: handClock ? house.clock : systemClock,
    log,
  });
  house.firstCame = () => credentials.end();
  await credentials.start();
  const server = new HttpServer({
    device: 'demo',
    title: 'Vorführung',
    sessions,
    credentials,
    access: house.access,
    identity: house.identity,
    requests: { take: () => false },
    awayLink: () => undefined,
    controlSocket: join(folder, 'control.sock'),
    iceServers: () => [{ urls: 'turn:turn.example:3478?transport=udp', username: 'me', credential: 'a"b' }],
    snapshot: async () => picture,
    history: noHistory,
    push: { publicKey: 'key', subscribe: async () => undefined, unsubscribe: async () => false },
    metrics: () => [
      { name: 'vedette_viewers', help: 'Viewers now.', type: 'gauge', samples: [{ value: 2 }] },
    ],
    clock: systemClock,
    log,
    host: '127.0.0.1',
    port: 0,
    pageFolder,
    tls: { mode: 'off' },
    ...options,
  });
  const addresses = await server.start();
  return {
    server,
    sessions,
    credentials,
    house,
    addresses,
    url: addresses.loopback.origin,
    folder,
    logged,
    stop: async () => {
      await server.stop();
      await credentials.stop();
      await rm(folder, { recursive: true });
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request with headers that fetch would not let be set (`Host`). */
export function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const outgoing = request(url, { ...rest, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
