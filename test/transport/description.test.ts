import { parse } from 'sdp-transform';
import { expect, test } from 'vitest';
import { planOffer } from '../../src/session/offer.ts';
import { type AnswerParts, writeAnswer } from '../../src/transport/description.ts';
import { door, recorded, recordings } from '../session/offers.ts';

function answerTo(sdp: string, transport: Partial<AnswerParts['transport']> = {}): string {
  const plan = planOffer(sdp, [], [door]);
  return writeAnswer(plan.sdp, {
    transport: {
      iceUfrag: 'ours',
      icePwd: 'a password of twenty-four',
      fingerprint: { hash: 'sha-256', value: 'AB:CD' },
      setup: 'passive',
      candidates: ['candidate:1 1 udp 2130706431 192.0.2.1 8480 typ host'],
      endOfCandidates: true,
      ...transport,
    },
    sections: plan.sections.map(({ mid, kind, feed }, at) => ({
      mid,
      direction: kind === 'video' ? 'sendonly' : 'sendrecv',
      stream: feed,
      ssrc: 1_000 + at,
      rtxSsrc: 2_000 + at,
    })),
    cname: 'us',
    sessionId: '4711',
    version: 2,
  });
}

test.each(recordings)('the answer to %s has a section for each of the offer, in its order', (name) => {
  let answer: string;
  try {
    answer = answerTo(recorded(name));
  } catch {
    return; // refused before there is an answer; planOffer's tests say why
  }
  const offered = parse(recorded(name)).media;
  const answered = parse(answer).media;
  expect(answered.map(({ type, mid }) => [type, String(mid)])).toEqual(
    offered.map(({ type, mid }) => [type, String(mid)]),
  );
});

test("Chromium's offer is answered with one transport, one codec a section, and our streams", () => {
  const { groups, media, origin } = parse(answerTo(recorded('chromium')));
  expect(origin).toMatchObject({ sessionId: 4711, sessionVersion: 2 });
  expect(groups).toEqual([{ type: 'BUNDLE', mids: '0 1 2' }]);
  for (const section of media)
    expect(section).toMatchObject({
      port: 9,
      iceUfrag: 'ours',
      setup: 'passive',
      fingerprint: { type: 'sha-256', hash: 'AB:CD' },
    });
  const [video, audio, data] = media;
  expect(video).toMatchObject({
    direction: 'sendonly',
    payloads: '108 109',
    rtcpMux: 'rtcp-mux',
    ssrcGroups: [{ semantics: 'FID', ssrcs: '1000 2000' }],
    candidates: [{ ip: '192.0.2.1', port: 8480 }],
    endOfCandidates: 'end-of-candidates',
  });
  expect(audio).toMatchObject({ direction: 'sendrecv', payloads: 111, fmtp: [] });
  expect(audio?.candidates).toBeUndefined();
  expect(data).toMatchObject({ sctpPort: 5000, maxMessageSize: 65_536, protocol: 'UDP/DTLS/SCTP' });
});

test('sections outside the bundle are refused, because there is one transport', () => {
  const unbundled = recorded('chromium').replace('a=group:BUNDLE 0 1 2', 'a=group:BUNDLE 0 2');
  const { groups, media } = parse(answerTo(unbundled));
  expect(groups).toEqual([{ type: 'BUNDLE', mids: '0 2' }]);
  expect(media.map(({ port }) => port)).toEqual([9, 0, 9]);
});

test('an offer without a bundle is answered without one, in one section', () => {
  const { groups, media } = parse(answerTo(recorded('chromium').replace('a=group:BUNDLE 0 1 2\r\n', '')));
  expect(groups).toBeUndefined();
  expect(media.map(({ port }) => port)).toEqual([9, 0, 0]);
  expect(media[0]?.candidates).toHaveLength(1);
});

test("the bundle keeps the offer's order, and its first section carries the candidates", () => {
  const { groups, media } = parse(
    answerTo(recorded('chromium').replace('a=group:BUNDLE 0 1 2', 'a=group:BUNDLE 2 gone 0 1')),
  );
  expect(groups).toEqual([{ type: 'BUNDLE', mids: '2 0 1' }]);
  expect(media.map(({ candidates }) => candidates?.length ?? 0)).toEqual([0, 0, 1]);
});

test('while servers are still asked, the candidates are not said to be all', () => {
  expect(answerTo(recorded('chromium'), { endOfCandidates: false })).not.toContain('end-of-candidates');
});
