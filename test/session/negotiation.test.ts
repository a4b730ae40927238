import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VedetteError } from '../../src/errors.ts';
import { far as payloadTypes } from '../transport/far-end.ts';
import { recorded } from './offers.ts';
import { Stage } from './viewers.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

const candidate = (text: string, sdpMid: string | null = '0') => ({
  candidate: text,
  sdpMid,
  sdpMLineIndex: null,
});

test('an offer that is refused leaves the session ready for a good one', async () => {
  const viewer = stage.viewer();
  for (const bad of ['nonsense', recorded('chromium').replaceAll(/a=fingerprint:.*\r\n/g, '')])
    await expect(viewer.session.answer(bad, [])).rejects.toMatchObject({ code: 'session/bad-offer' });
  await expect(viewer.session.answer(recorded('chromium-av1-only'), [])).rejects.toMatchObject({
    code: 'session/no-common-codec',
  });
  await viewer.negotiate();
  await viewer.far.until('the state', () => viewer.messages.length > 0);
});

test('an offer that only the stack below refuses is refused with a code too', async () => {
  const viewer = stage.viewer();
  const bad = recorded('chromium')
    .replaceAll(/a=fingerprint:.*\r\n/g, 'a=fingerprint:md2 00\r\n')
    .replaceAll('a=mid:1', 'a=mid:0');
  const outcome = await viewer.session.answer(bad, []).catch((error: unknown) => error);
  if (typeof outcome !== 'string') expect(outcome).toBeInstanceOf(VedetteError);
});

test('the same offer twice in a row is answered twice, and the session connects', async () => {
  const viewer = stage.viewer();
  const offer = await viewer.far.offer((it) => void viewer.session.addIceCandidate(it));
  const [first, second] = await Promise.all([
    viewer.session.answer(offer, []),
    viewer.session.answer(offer, []),
  ]);
  expect(/a=ice-ufrag:.*/.exec(second)?.[0]).toBe(/a=ice-ufrag:.*/.exec(first)?.[0]);
  await viewer.far.accept(second);
  await viewer.far.until('the state', () => viewer.messages.length > 0);
});

test('candidates before the offer are used, malformed and late ones are dropped, and none hurts', async () => {
  const viewer = stage.viewer();
  for (let n = 0; n < 500; n += 1) await viewer.session.addIceCandidate(candidate(`nonsense ${n}`));
  await viewer.negotiate();
  for (const text of [
    'candidate:',
    'candidate:1 1 udp x y z',
    'candidate:1 1 udp 1 127.0.0.1 99999999 typ host',
    '\0',
    'a'.repeat(1_024),
  ])
    for (const mid of ['0', null, 'nowhere']) await viewer.session.addIceCandidate(candidate(text, mid));
  await viewer.session.addIceCandidate(candidate(''));
  await viewer.session.addIceCandidate(candidate('candidate:1 1 udp 1 192.0.2.9 9 typ host'));
  await viewer.far.until('the state', () => viewer.messages.length > 0);
});

test('the answer does not wait for a candidate that is a name nobody knows', async () => {
  const viewer = stage.viewer();
  await viewer.session.addIceCandidate(
    candidate('candidate:1 1 udp 2113937151 nobody-knows-this.local 9 typ host'),
  );
  const offer = await viewer.far.offer(() => {});
  const started = performance.now();
  await viewer.session.answer(offer, []);
  expect(performance.now() - started).toBeLessThan(8_000); // the name is given up after 10 s
});

test('an ICE restart keeps the session, its encoder and the packets', async () => {
  const viewer = await stage.watching();
  const stream = stage.feed.streams.H264;
  await viewer.far.until('the encoder', () => stream.running);
  stream.give(true, 1);
  await viewer.far.until('a frame', () => viewer.far.rtp.length > 0);
  await viewer.negotiate({ iceRestart: true });
  await viewer.far.until('a frame after', () => {
    stream.give(false, 2);
    return viewer.far.rtp.length > 3;
  });
  expect([stream.started, stream.stopped]).toEqual([1, 0]);
});

test('renegotiation to another codec goes on under the same SSRC with no sequence number used twice', async () => {
  let offer = '';
  const viewer = await stage.watching({
    mungeOffer: (sdp) => {
      offer = sdp;
      return sdp;
    },
  });
  const { H264, VP8 } = stage.feed.streams;
  await viewer.far.until('the encoder', () => H264.running);
  for (let n = 0; n < 20; n += 1) H264.give(n === 0, n);
  await viewer.far.until('twenty frames', () => viewer.far.rtp.length >= 20);
  const withoutH264 = offer
    .replace(/(m=video 9 UDP\/TLS\/RTP\/SAVPF) .*/, '$1 96 97')
    .replaceAll(/a=(rtpmap|fmtp|rtcp-fb):10[23] .*\r\n/g, '');
  await viewer.session.answer(withoutH264, []);
  expect([H264.running, VP8.running]).toEqual([false, true]);
  for (let n = 0; n < 20; n += 1) VP8.give(n === 0, n);
  await viewer.far.until('twenty more', () => viewer.far.rtp.length >= 40);
  const headers = viewer.far.rtp.map(({ header }) => header);
  expect(new Set(headers.map(({ ssrc }) => ssrc)).size).toBe(1);
  expect(headers.map(({ sequenceNumber }) => sequenceNumber - headers[0]!.sequenceNumber)).toEqual([
    ...Array(40).keys(),
  ]);
  expect(headers.at(-1)!.payloadType).toBe(payloadTypes.vp8);
});

test('a viewer that does not connect within 30 s is let go', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const viewer = stage.viewer();
    await expect(viewer.session.answer('nonsense', [])).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(viewer.ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(viewer.ended).toEqual(['the viewer did not connect in time']);
    expect(stage.sessions.watching).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a session closed while it answers says it has ended, and takes nothing more', async () => {
  const viewer = stage.viewer();
  const offer = await viewer.far.offer(() => {});
  const answering = viewer.session.answer(offer, []);
  const refused = expect(answering).rejects.toMatchObject({ code: 'session/unknown' });
  await Promise.all([viewer.session.close('first'), viewer.session.close('second')]);
  await refused;
  await expect(viewer.session.answer(offer, [])).rejects.toMatchObject({ code: 'session/unknown' });
  await viewer.session.addIceCandidate(candidate('candidate:1 1 udp 1 127.0.0.1 9 typ host'));
  viewer.session.accept();
  expect(viewer.ended).toEqual(['first']);
  expect([stage.sessions.watching, stage.sessions.standby]).toEqual([0, 0]);
});
