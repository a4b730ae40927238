/** A device's past over HTTP, made up: events with pictures and clips, readings, and pushes. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { DeviceEvent } from '../../../src/protocol/alarm.ts';

const paths = ['/api/events', '/api/clips/', '/api/readings', '/api/records', '/api/push'];

export class FakeRecords {
  /** Newest first. */
  events: DeviceEvent[] = [];
  status: Record<string, unknown> = { bytes: 2e9, freeBytes: 6e9, daysLeft: 41 };
  /** Every request for the past, as `GET /api/events?limit=50`. */
  readonly asked: string[] = [];
  /** What a page told of itself to be reached by push. */
  readonly pushes: { method: string; body: unknown }[] = [];
  /** The value of a sensor at a time. */
  valueAt: (sensor: string, time: number) => number = (_, time) => 60 + 20 * Math.sin(time / 600_000);
  #clip: Promise<Buffer> | undefined;
  #picture: Promise<Buffer> | undefined;

  serves(path: string): boolean {
    return paths.some((each) => path.startsWith(each));
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://device');
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    const json = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (url.pathname === '/api/events') json({ events: this.#page(url.searchParams) });
    else if (url.pathname === '/api/records') json(this.status);
    else if (url.pathname === '/api/readings') json(this.#readings(url.searchParams));
    else if (url.pathname === '/api/push') await this.#push(request, response, json);
    else if (url.pathname.endsWith('.jpg')) {
      this.#picture ??= picture();
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(await this.#picture);
    } else {
      this.#clip ??= clip();
      ranged(request, response, await this.#clip);
    }
  }

  #page(query: URLSearchParams): DeviceEvent[] {
    const among = (key: string, value: string): boolean => query.get(key)?.split(',').includes(value) ?? true;
    const before = query.get('before');
    const start = before === null ? 0 : this.events.findIndex(({ id }) => id === before) + 1;
    const from = Number(query.get('from') ?? 0);
    const to = Number(query.get('to') ?? Number.POSITIVE_INFINITY);
    return this.events
      .slice(start)
      .filter(
        ({ type, severity, time }) =>
          among('type', type) && among('severity', severity) && time >= from && time <= to,
      )
      .slice(0, Number(query.get('limit') ?? 50));
  }

  #readings(query: URLSearchParams): unknown {
    const sensor = query.get('sensor') ?? '';
    const [from, to, count] = ['from', 'to', 'points'].map((key) => Number(query.get(key))) as [
      number,
      number,
      number,
    ];
    const end = Math.min(to, Date.now());
    const points: number[][] = [];
    for (let time = from; time < end; time += (to - from) / count) {
      const mean = this.valueAt(sensor, time);
      points.push([time, mean - 1, mean, mean + 1]);
    }
    return { sensor, points };
  }

  async #push(
    request: IncomingMessage,
    response: ServerResponse,
    json: (body: unknown) => void,
  ): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (request.method === 'GET') {
      // A key of P-256, as browsers want one (RFC 8292, 3.2).
      json({
        publicKey: 'BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U',
      });
      return;
    }
    this.pushes.push({ method: request.method ?? '', body: text === '' ? undefined : JSON.parse(text) });
    response.writeHead(204).end();
  }
}

/** One range of bytes, as players ask for (RFC 9110, 14). */
function ranged(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const headers = { 'content-type': 'video/webm', 'accept-ranges': 'bytes' };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) {
    response.writeHead(200, headers).end(bytes);
    return;
  }
  const start = Number(range[1]);
  const end = range[2] ? Math.min(Number(range[2]), bytes.length - 1) : bytes.length - 1;
  response
    .writeHead(206, { ...headers, 'content-range': `bytes ${start}-${end}/${bytes.length}` })
    .end(bytes.subarray(start, end + 1));
}

function picture(): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">
    <rect width="640" height="360" fill="#9db4c8"/><rect y="220" width="640" height="140" fill="#6b7078"/>
    <rect x="260" y="90" width="120" height="170" fill="#7a4a2b"/><circle cx="330" cy="180" r="34" fill="#e8b04a"/></svg>`;
  return sharp(Buffer.from(svg)).jpeg().toBuffer();
}

/** Two seconds of a test pattern. */
async function clip(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-page-'));
  try {
    const file = join(folder, 'clip.webm');
    const source = 'testsrc2=size=320x180:rate=15:duration=2';
    await promisify(execFile)('ffmpeg', [
      '-loglevel',
      'error',
      '-f',
      'lavfi',
      '-i',
      source,
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      file,
    ]);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
