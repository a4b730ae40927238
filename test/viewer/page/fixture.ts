/**
 * The page under test, before a device: a server that serves `dist/viewer` under the device's Content-Security-Policy
 * and speaks its protocol, with a browser page (`page/device.ts`) as the device behind it.
 */

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type WebSocket, WebSocketServer } from 'ws';
import { sealedProtocol } from '../../../src/protocol/sealed.ts';
import type { FeedDescription, SignalingBody } from '../../../src/protocol/signaling.ts';
import { fragmentOf, parseFragment, restartedOffer } from '../../../src/signaling/sdp-fragment.ts';
import { SealedEnd } from '../../../src/signaling/sealed-end.ts';
import { headlessPath } from '../../browsers/chromium.ts';
import { FakeAccess, gate } from './access.ts';
import { FakeRecords } from './records.ts';

export const built = join(import.meta.dirname, '../../../dist/viewer');

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: mediastream:; worker-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html vedette";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

export const frontDoor: FeedDescription = {
  name: 'front-door',
  title: 'Front door',
  audio: true,
  talk: true,
};

export interface FixtureOptions {
  readonly feeds?: readonly FeedDescription[];
  readonly title?: string;
  /** Only a page that traded this secret is let in. */
  readonly secret?: string;
  readonly httpsUrl?: string;
  /** Beside seeing, hearing, talking and snapshots. */
  readonly scopes?: readonly string[];
  /** The device's time zone. */
  readonly zone?: string;
  /** Only people whom {@link Fixture.access} knows are let in, with their own scopes. */
  readonly people?: boolean;
  /** Of WHEP. */
  readonly token?: string;
  /** Of the cameras, pixels; small ones leave the processor to the page. */
  readonly width?: number;
}

/** Whoever signals. */
interface FixtureViewer {
  readonly tell: (text: string) => void;
  seq: number;
  viewer: string;
}

/** A device for one test file. `stop` gives everything back. */
export class Fixture {
  readonly browser: Browser;
  readonly devicePage: Page;
  readonly origin: string;
  /** Set to answer every offer with this error. */
  refuse: { code: string; message: string } | undefined;
  /** Set to accept no WebSocket. */
  deaf = false;
  /** What `/api/` tells of the past. */
  readonly records = new FakeRecords();
  /** Who is who, and what they ask for. */
  readonly access: FakeAccess;
  /** Every WHEP request, in order. */
  readonly whepRequests: { method: string; body: string }[] = [];
  readonly #offers = new Map<string, string>();
  readonly #answers = new Map<string, (sdp: string) => void>();
  /** Every message that came in, in order. */
  readonly received: { session: string; body: SignalingBody }[] = [];
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #bySession = new Map<string, FixtureViewer>();

  private constructor(
    browser: Browser,
    devicePage: Page,
    server: Server,
    sockets: WebSocketServer,
    origin: string,
    access: FakeAccess,
  ) {
    this.access = access;
    this.browser = browser;
    this.devicePage = devicePage;
    this.#server = server;
    this.#sockets = sockets;
    this.origin = origin;
  }

  static async start(options: FixtureOptions = {}): Promise<Fixture> {
    const feeds = options.feeds ?? [frontDoor];
    const browser = await chromium.launch({
      executablePath: headlessPath,
      chromiumSandbox: process.getuid?.() !== 0,
      args: [
        '--disable-gpu',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
        '--mute-audio',
        '--no-proxy-server',
        '--allow-loopback-in-peer-connection',
        '--disable-features=WebRtcHideLocalIpsWithMdns',
        '--disable-background-timer-throttling',
        '--disable-renderer-backgrounding',
        '--disable-backgrounding-occluded-windows',
      ],
    });
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const devicePage = await browser.newPage();
    const access = new FakeAccess(options.title ?? 'Front door');
    await access.start();
    const fixture = new Fixture(browser, devicePage, server, sockets, origin, access);
    access.showLock = (change) => fixture.device(`device.lock(${JSON.stringify(change)})`);
    fixture.#serve(options, feeds);
    await devicePage.exposeFunction('toViewer', (session: string, body: SignalingBody) =>
      fixture.#send(session, body),
    );
    await devicePage.exposeFunction('takeRequest', (session: string, text: string) =>
      access.take(text, (receipt) => {
        fixture
          .device(`device.receipt(${JSON.stringify(session)}, ${JSON.stringify(receipt)})`)
          .catch(() => undefined); // the session, or the test, may be over
      }),
    );
    await devicePage.goto(`${origin}/fixture-device`);
    const script = await readFile(join(import.meta.dirname, 'device.ts'), 'utf8');
    await devicePage.addScriptTag({ content: stripTypeScriptTypes(script), type: 'module' });
    await devicePage.waitForFunction('window.FakeDevice');
    await devicePage.evaluate(
      `window.device = new FakeDevice(${JSON.stringify(feeds)}, ${options.width ?? 320})`,
    );
    return fixture;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.dropSockets();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Cuts every WebSocket, as a network does: without a goodbye. */
  dropSockets(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Ends every session: a page that is closed does not always say so. */
  async endSessions(): Promise<void> {
    await this.device('for (const session of [...device.sessions.keys()]) device.end(session)');
  }

  /** Runs an expression in the device's page, where `device` is the fake device. */
  device<T>(expression: string): Promise<T> {
    return this.devicePage.evaluate(expression) as Promise<T>;
  }

  #send(session: string, body: SignalingBody): void {
    if (body.type === 'answer') this.#answers.get(session)?.(body.sdp);
    const viewer = this.#bySession.get(session);
    if (viewer) this.#write(viewer, session, body);
  }

  #write(viewer: FixtureViewer, session: string, body: SignalingBody): void {
    viewer.seq += 1;
    const { tell, seq } = viewer;
    tell(JSON.stringify({ v: 1, id: `d${seq}`, from: 'demo', to: viewer.viewer, session, seq, body }));
  }

  #serve(options: FixtureOptions, feeds: readonly FeedDescription[]): void {
    const admitted = (request: IncomingMessage): boolean => {
      if (options.people) return !this.access.notNow && this.access.personOf(request) !== undefined;
      return options.secret === undefined || (request.headers.cookie ?? '').includes('vedette=let-in');
    };
    const json = (response: ServerResponse, status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    this.#server.on('request', async (request, response) => {
      const path = new URL(request.url ?? '/', this.origin).pathname;
      if (this.access.serves(path) && (options.secret === undefined || path !== '/api/session')) {
        await this.access.serve(request, response, this.origin);
      } else if (path === '/api/session') {
        let text = '';
        for await (const chunk of request) text += chunk;
        if (JSON.parse(text).secret !== options.secret) {
          json(response, 403, { code: 'access/secret', message: 'wrong' });
          return;
        }
        response.writeHead(204, { 'set-cookie': 'vedette=let-in; HttpOnly; SameSite=Strict; Path=/' }).end();
      } else if (path === '/api/device') {
        if (this.access.personOf(request) === undefined && !admitted(request)) {
          json(response, 401, { code: 'access/denied', message: 'not let in' });
          return;
        }
        const person = this.access.personOf(request);
        json(response, 200, {
          device: 'demo',
          title: options.title ?? 'Front door',
          feeds,
          secure: false,
          ...(options.httpsUrl === undefined ? {} : { httpsUrl: options.httpsUrl }),
          scopes: person
            ? this.access.scopesOf(person)
            : ['view', 'listen', 'talk', 'snapshot', ...(options.scopes ?? [])],
          person: person ? { id: person.id, name: person.name } : null,
          ...(person ? { keypads: [gate] } : {}),
          ...(options.zone === undefined ? {} : { zone: options.zone }),
        });
      } else if (this.records.serves(path)) {
        await this.records.serve(request, response);
      } else if (path.startsWith('/whep/')) {
        await this.#whep(request, response, options.token);
      } else if (path === '/fixture-device') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>device</title>');
      } else {
        const file = path === '/' ? '/index.html' : path;
        const content = await readFile(join(built, file)).catch(() => undefined);
        response
          .writeHead(content ? 200 : 404, {
            'content-type': types[extname(file)] ?? 'application/octet-stream',
            'content-security-policy': csp,
          })
          .end(content);
      }
    });
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.deaf || !admitted(request)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#greet(client, feeds));
    });
  }

  #greet(socket: WebSocket, feeds: readonly FeedDescription[]): void {
    if (socket.protocol === sealedProtocol) {
      this.#greetSealed(socket, feeds);
      return;
    }
    const receive = this.#link((text) => socket.send(text), feeds);
    socket.on('message', (data) => receive(String(data)));
  }

  /** The device's own end of a sealed conversation, with this fixture behind it. */
  #greetSealed(socket: WebSocket, feeds: readonly FeedDescription[]): void {
    const { speaker, seal } = this.access;
    const end = new SealedEnd(
      {
        ...{ speaker, seal },
        serve: async (_key, send) => ({
          receive: this.#link((text) => send(JSON.parse(text)), feeds),
          receiveBinary: () => undefined,
          ask: (request, tell) => void this.access.take(request, tell),
        }),
        join: async () => '',
      },
      { send: (envelope) => socket.send(envelope), over: () => socket.close() },
    );
    socket.on('message', (data) => end.receive(String(data)));
  }

  /** Says hello, and gives what takes the viewer's messages. */
  #link(tell: (text: string) => void, feeds: readonly FeedDescription[]): (text: string) => void {
    const viewer: FixtureViewer = { tell, seq: 0, viewer: '' };
    this.#write(viewer, 'hello', { type: 'hello', device: 'demo', feeds: [...feeds], iceServers: [] });
    return (text) => {
      const { session, from, body } = JSON.parse(text);
      viewer.viewer = from;
      this.#bySession.set(session, viewer);
      this.received.push({ session, body });
      if (body.type === 'offer' && this.refuse)
        this.#write(viewer, session, { type: 'error', ...this.refuse });
      else this.#toDevice(session, body);
    };
  }

  /** As much of WHEP as a device has: the answer waits for no candidates, and carries none. */
  async #whep(request: IncomingMessage, response: ServerResponse, token: string | undefined): Promise<void> {
    const method = request.method ?? '';
    for (const [name, value] of Object.entries({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, PATCH, DELETE, OPTIONS',
      'access-control-allow-headers': 'authorization, content-type, if-match',
      'access-control-expose-headers': 'location, etag, link',
    })) {
      response.setHeader(name, value);
    }
    if (method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    this.whepRequests.push({ method, body });
    const session = request.url?.split('/')[3] ?? `whep-${this.whepRequests.length}`;
    if (method === 'POST') {
      this.#offers.set(session, body);
      const answered = new Promise<string>((resolve) => this.#answers.set(session, resolve));
      this.#toDevice(session, { type: 'offer', sdp: body, media: [], standby: false });
      const headers = {
        location: `/whep/front-door/${session}`,
        etag: '"1"',
        'content-type': 'application/sdp',
      };
      response.writeHead(201, headers).end(await answered);
    } else if (method === 'PATCH' && request.headers['if-match'] === '*') {
      const fragment = parseFragment(body);
      if (typeof fragment === 'string' || !fragment.ufrag || !fragment.pwd) throw new Error('bad fragment');
      const offer = restartedOffer(this.#offers.get(session) ?? '', fragment.ufrag, fragment.pwd);
      const answered = new Promise<string>((resolve) => this.#answers.set(session, resolve));
      this.#toDevice(session, { type: 'offer', sdp: offer, media: [], standby: false });
      const headers = { etag: '"2"', 'content-type': 'application/trickle-ice-sdpfrag' };
      response.writeHead(200, headers).end(fragmentOf(await answered));
    } else if (method === 'PATCH') {
      for (const [, candidate = ''] of body.matchAll(/a=(candidate:.*)\r\n/g)) {
        this.#toDevice(session, { type: 'candidate', candidate, sdpMid: '0', sdpMLineIndex: 0 });
      }
      response.writeHead(204).end();
    } else {
      this.#toDevice(session, { type: 'bye', reason: 'left' });
      response.writeHead(200).end();
    }
  }

  /** The device's page may be gone already: a test that ends, ends it first. */
  #toDevice(session: string, body: SignalingBody): void {
    this.device(`device.receive(${JSON.stringify(session)}, ${JSON.stringify(body)})`).catch(() => undefined);
  }
}
