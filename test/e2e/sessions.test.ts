import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStrip } from '../../src/media/cameras/test-picture-strip.ts';
import type { TestBrowser, TestPage } from '../browsers/browser.ts';
import { startChromium } from '../browsers/chromium.ts';
import { leave, play, receivedVideo, watchStrip } from '../browsers/whep.ts';
import { FarEnd } from '../transport/far-end.ts';
import { type Device, startDevice } from './device.ts';
import { childrenOf, processesMarked } from './processes.ts';
import { connectSignal } from './signal-client.ts';
import { until } from './until.ts';

const limits = { viewers: 3, standby: 2 };

let device: Device;
let browser: TestBrowser;
let page: TestPage;
beforeAll(async () => {
  device = await startDevice(() => ({
    device: 'e2e',
    limits,
    cameras: { 'front-door': { kind: 'test', width: 640, height: 360 } },
  }));
  browser = await startChromium();
  page = await browser.newPage();
  // A page of the device's own that watches nothing.
  await page.goto(new URL('healthz', device.url).href);
  await page.define('readStrip', readStrip);
});
afterAll(async () => {
  await browser?.close();
  await device?.stop();
});

const viewers = (count: number, deadlineMs?: number) =>
  until(async () => (await device.metric('vedette_viewers')) === count, deadlineMs);
const framesOf = async (id: string) => (await page.evaluate(receivedVideo, id))?.framesDecoded ?? 0;
const encoders = async () =>
  (await childrenOf(device.pid)).filter(({ args }) => args.some((arg) => /libx264|libvpx/.test(arg)));

test('a viewer with only VP8 beside one with only H.264 see the same picture advance, from two encoders', async () => {
  const ids = ['H264', 'VP8'] as const;
  for (const codec of ids) {
    const played = await page.evaluate(play, { id: codec, url: '/whep/front-door', codec });
    expect(played.status).toBe(201);
  }
  expect((await encoders()).length).toBe(2);
  for (const codec of ids) {
    expect((await page.evaluate(receivedVideo, codec))?.mimeType).toBe(`video/${codec}`);
    const samples = await page.evaluate(watchStrip, { id: codec, forMs: 1_500 });
    const frames = samples.map(({ frame }) => frame);
    expect(frames.length).toBeGreaterThan(10);
    expect(frames).toEqual(frames.toSorted((left, right) => left - right));
    expect((frames.at(-1) ?? 0) - (frames[0] ?? 0)).toBeGreaterThan(20);
  }
  for (const codec of ids) await page.evaluate(leave, codec);
  await viewers(0);
  await until(async () => (await encoders()).length === 0);
});

test('WHEP through its whole life: POST, trickle and ICE restart by PATCH, DELETE', async () => {
  const life = await page.evaluate(async (url) => {
    const pc = new RTCPeerConnection();
    pc.addTransceiver('video', { direction: 'recvonly' });
    const candidates: string[] = [];
    pc.onicecandidate = ({ candidate }) => candidate?.candidate && candidates.push(candidate.candidate);
    const gathered = () =>
      new Promise<void>((resolve) => {
        const look = () => pc.iceGatheringState === 'complete' && resolve();
        pc.addEventListener('icegatheringstatechange', look);
        look();
      });
    const connected = () =>
      new Promise<void>((resolve) => {
        const look = () => pc.connectionState === 'connected' && resolve();
        pc.addEventListener('connectionstatechange', look);
        look();
      });
    const frames = async () => {
      for (const [, stats] of (await pc.getStats()) as unknown as Map<
        string,
        Record<string, number | string>
      >)
        if (stats.type === 'inbound-rtp') return Number(stats.framesDecoded);
      return 0;
    };
    const advances = async () => {
      const before = await frames();
      while ((await frames()) < before + 5) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    const line = (key: string) =>
      new RegExp(`a=${key}:(\\S+)`).exec(pc.localDescription?.sdp ?? '')?.[1] as string;
    const fragment = (lines: readonly string[]) =>
      [
        `a=ice-ufrag:${line('ice-ufrag')}`,
        `a=ice-pwd:${line('ice-pwd')}`,
        'm=video 9 UDP/TLS/RTP/SAVPF 0',
        'a=mid:0',
        ...lines,
        '',
      ].join('\r\n');

    // The offer goes out before a single candidate is known.
    await pc.setLocalDescription();
    const offer = (pc.localDescription?.sdp ?? '').replace(/a=candidate:.*\r\n/g, '');
    const sdp = { 'content-type': 'application/sdp' };
    const posted = await fetch(url, { method: 'POST', headers: sdp, body: offer });
    const answer = await posted.text();
    const location = posted.headers.get('location') as string;
    const first = posted.headers.get('etag') as string;
    const trickle = { 'content-type': 'application/trickle-ice-sdpfrag' };
    const patch = (etag: string | undefined, body: string) =>
      fetch(location, {
        method: 'PATCH',
        headers: { ...trickle, ...(etag === undefined ? {} : { 'if-match': etag }) },
        body,
      });

    const unconditional = (await patch(undefined, fragment([]))).status;
    const wrongEtag = (await patch('"another"', fragment([]))).status;
    await gathered();
    const trickled = await patch(
      first,
      fragment([...candidates.map((it) => `a=${it}`), 'a=end-of-candidates']),
    );
    await pc.setRemoteDescription({ type: 'answer', sdp: answer });
    await connected();
    await advances();

    candidates.length = 0;
    pc.restartIce();
    await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
    await gathered();
    const restarted = await patch('*', fragment(candidates.map((it) => `a=${it}`)));
    const second = restarted.headers.get('etag') as string;
    const given = await restarted.text();
    // A WHEP player puts the new credentials and candidates into the answer it has.
    const of = (key: string) => new RegExp(`a=${key}:(\\S+)`).exec(given)?.[1] as string;
    const renewed = answer
      .replace(/a=candidate:.*\r\n/g, '')
      .replace(/a=ice-ufrag:\S+/g, `a=ice-ufrag:${of('ice-ufrag')}`)
      .replace(/a=ice-pwd:\S+/g, `a=ice-pwd:${of('ice-pwd')}`)
      .replace(/(a=mid:0\r\n)/, `$1${(given.match(/a=candidate:.*\r\n/g) ?? []).join('')}`);
    await pc.setRemoteDescription({ type: 'answer', sdp: renewed });
    await connected();
    await advances();
    const oldEtag = (await patch(first, fragment([]))).status;

    const get = (await fetch(location)).status;
    const deleted = (await fetch(location, { method: 'DELETE' })).status;
    const again = (await fetch(location, { method: 'DELETE' })).status;
    const late = (await patch(second, fragment([]))).status;
    pc.close();
    return {
      posted: posted.status,
      location,
      first,
      unconditional,
      wrongEtag,
      trickled: trickled.status,
      restarted: restarted.status,
      second,
      oldEtag,
      get,
      deleted,
      again,
      late,
    };
  }, '/whep/front-door');
  expect(life).toMatchObject({
    posted: 201,
    unconditional: 428,
    wrongEtag: 412,
    trickled: 204,
    restarted: 200,
    oldEtag: 412,
    get: 405,
    deleted: 200,
    again: 404,
    late: 404,
  });
  expect(life.location).toMatch(/^\/whep\/front-door\/[\w-]{20,}$/);
  expect(life.second).not.toBe(life.first);
  await viewers(0);
});

test('a closed tab frees its session within 5 s', async () => {
  const tab = await browser.newPage();
  await tab.goto(new URL('healthz', device.url).href);
  await tab.evaluate(play, { id: 'tab', url: '/whep/front-door' });
  // Long enough for the device to know how often this browser reports what it receives.
  await until(async () => ((await tab.evaluate(receivedVideo, 'tab'))?.framesDecoded ?? 0) > 240);
  await viewers(1);
  await tab.close();
  await viewers(0, 5_000);
});

test('a viewer that vanishes frees its session within 35 s', async () => {
  const mark = `VEDETTE_TEST_MARK=${randomUUID()}`;
  const [name = '', value] = mark.split('=');
  const other = await startChromium({ env: { ...process.env, [name]: value } });
  const doomed = await other.newPage();
  await doomed.goto(new URL('healthz', device.url).href);
  await doomed.evaluate(play, { id: 'doomed', url: '/whep/front-door' });
  await viewers(1);
  for (const { pid } of await processesMarked(mark)) process.kill(pid, 'SIGKILL');
  await viewers(0, 35_000);
  expect(device.printed()).not.toContain('"level":50');
});

test('beyond the limit, WHEP gets 503 with Retry-After, the page says it is full, and who watches goes on', async () => {
  const ids = ['one', 'two', 'three'];
  for (const id of ids) await page.evaluate(play, { id, url: '/whep/front-door' });
  const refused = await page.evaluate(async (url) => {
    const pc = new RTCPeerConnection();
    pc.addTransceiver('video', { direction: 'recvonly' });
    await pc.setLocalDescription();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: pc.localDescription?.sdp ?? '',
    });
    pc.close();
    return {
      status: response.status,
      retryAfter: Number(response.headers.get('retry-after')),
      body: await response.json(),
    };
  }, '/whep/front-door');
  expect(refused).toMatchObject({ status: 503, body: { code: 'session/limit' } });
  expect(refused.retryAfter).toBeGreaterThan(0);
  const visitor = await browser.newPage();
  await visitor.goto(device.url);
  await until(async () => /too many people are watching/i.test(await visitor.evaluate(pageText, undefined)));
  const before = await Promise.all(ids.map(framesOf));
  await until(async () =>
    (await Promise.all(ids.map(framesOf))).every((now, at) => now > (before[at] ?? 0) + 5),
  );
  await visitor.close();
  for (const id of ids) await page.evaluate(leave, id);
  await viewers(0);
});

test('a session on standby gets no media until it accepts, and none where everybody is in already', async () => {
  // A tab that was closed without a word holds its place until its connection is given up (RFC 7675).
  await until(async () => (await device.metric('vedette_standby_sessions')) === 0, 45_000);
  const client = await connectSignal(device.url);
  const far = new FarEnd({ codecs: ['VP8'] });
  const ids = ['one', 'two', 'three'];
  try {
    const offer = await far.offer((candidate) => client.say('waits', { type: 'candidate', ...candidate }));
    client.say('waits', {
      type: 'offer',
      sdp: offer,
      media: [{ mid: '*', feed: 'front-door' }],
      standby: true,
    });
    await far.accept((await client.nextOf('answer')).sdp);
    await far.until('the channel', () => far.messages.length > 0);
    expect(await device.metric('vedette_standby_sessions')).toBe(1);
    expect(await device.metric('vedette_viewers')).toBe(0);
    expect(far.messages[0]).toMatchObject({ type: 'state', watching: 0 });

    for (const id of ids) await page.evaluate(play, { id, url: '/whep/front-door' });
    // On a machine that is slow, one may have been silent for so long that its place is free.
    await viewers(3);
    client.say('waits', { type: 'accept' });
    expect(await client.nextOf('error')).toMatchObject({ code: 'session/limit' });
    expect(far.rtp).toEqual([]);

    await page.evaluate(leave, 'one');
    await viewers(2);
    client.say('waits', { type: 'accept' });
    await far.until('media', () => far.rtp.length > 0);
    await viewers(3);
  } finally {
    for (const id of ids) await page.evaluate(leave, id).catch(() => undefined);
    await far.hangUp();
    client.end();
  }
  await viewers(0);
});

/** All that a person reads, through every shadow root. */
function pageText(): string {
  const read = (node: Node): string => {
    if (node instanceof Text) return node.data;
    const inside = node instanceof Element && node.shadowRoot ? node.shadowRoot : node;
    return [...inside.childNodes].map(read).join(' ');
  };
  return read(document.body);
}
