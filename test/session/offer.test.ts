import fc from 'fast-check';
import { parse } from 'sdp-transform';
import { expect, test } from 'vitest';
import { VedetteError } from '../../src/errors.ts';
import { planOffer } from '../../src/session/offer.ts';
import { door, garden, recorded, recordings } from './offers.ts';

/** The code an offer is refused with. */
function refusal(sdp: string, feeds = [door]): string {
  try {
    planOffer(sdp, [], feeds);
  } catch (error) {
    if (error instanceof VedetteError) return error.code;
    throw error;
  }
  return 'accepted';
}

test("Chromium's offer gets constrained baseline H.264 with RTX, Opus both ways, and our extensions", () => {
  const plan = planOffer(recorded('chromium'), [], [door]);
  expect(plan).toMatchObject({
    transport: { setup: 'actpass', iceLite: false },
    sections: [
      { kind: 'video', mid: '0', feed: 'door', codec: 'H264', payloadType: 108, rtxPayloadType: 109 },
      { kind: 'audio', mid: '1', feed: 'door', payloadType: 111, listens: true, talks: true },
    ],
  });
  for (const { extensions } of plan.sections)
    expect(extensions).toMatchObject({ mid: expect.any(Number), transportWideCc: expect.any(Number) });
  expect(plan.sections[0]?.extensions).toHaveProperty('playoutDelay');
  expect(plan.sections[1]?.extensions).not.toHaveProperty('playoutDelay');
  expect(plan.transport.iceUfrag).toBe(/a=ice-ufrag:(\S+)/.exec(recorded('chromium'))?.[1]);
});

test("Firefox's offer, which has no H.264, gets VP8 with RTX", () => {
  expect(planOffer(recorded('firefox'), [], [door]).sections).toMatchObject([
    { kind: 'video', mid: '0', codec: 'VP8', payloadType: 120, rtxPayloadType: 124 },
    { kind: 'audio', mid: '1', payloadType: 109, listens: true, talks: true, remoteSsrcs: [343_013_817] },
  ]);
});

test('an offer that only sends, or whose fingerprint is no fingerprint, is refused at once', () => {
  const sections = recorded('chromium-vp8-only').split(/(?=^m=)/m);
  const sendsOnly = sections
    .filter((section) => !section.startsWith('m=application'))
    .join('')
    .replaceAll('a=recvonly', 'a=sendonly');
  expect(() => planOffer(sendsOnly, [], [{ ...door, talk: false }])).toThrow('asks for nothing');
  const garbled = recorded('chromium').replace(/a=fingerprint:sha-256 .*/g, 'a=fingerprint:sha-256 zz');
  expect(() => planOffer(garbled, [], [door])).toThrow('not hexadecimal');
});

test('a bundle-only section is taken for what it offers, though its port is 0', () => {
  const [beforeAudio = '', audio = ''] = recorded('firefox').split(/(?=^m=audio)/m);
  const bundled = `${beforeAudio}${audio.replace('m=audio 9', 'm=audio 0').replace('a=sendrecv', 'a=bundle-only\r\na=sendrecv')}`;
  const plan = planOffer(bundled, [], [door]);
  expect(plan.sections).toMatchObject([{ kind: 'video' }, { kind: 'audio', listens: true, talks: true }]);
  expect(plan.sdp).toContain('m=audio 9');
});

test('an offer of one codec gets that one', () => {
  expect(planOffer(recorded('chromium-vp8-only'), [], [door]).sections[0]).toMatchObject({ codec: 'VP8' });
  expect(planOffer(recorded('chromium-h264-only'), [], [door]).sections[0]).toMatchObject({ codec: 'H264' });
});

test('an offer with neither H.264 nor VP8 is refused, and told what it offered', () => {
  expect(() => planOffer(recorded('chromium-av1-only'), [], [door])).toThrow(
    expect.objectContaining({ code: 'session/no-common-codec', message: expect.stringContaining('AV1') }),
  );
});

test('H.264 that knows no fragments, or a profile we cannot serve, is passed over for VP8', () => {
  const single = recorded('chromium').replaceAll('packetization-mode=1', 'packetization-mode=0');
  expect(planOffer(single, [], [door]).sections[0]).toMatchObject({ codec: 'VP8', payloadType: 96 });
  const high444 = recorded('chromium').replaceAll(/profile-level-id=\w+/g, 'profile-level-id=f4001f');
  expect(planOffer(high444, [], [door]).sections[0]).toMatchObject({ codec: 'VP8' });
});

test('what is left of the offer holds what was planned and nothing else', () => {
  for (const name of ['chromium', 'firefox', 'chromium-vp8-only', 'chromium-h264-only']) {
    const plan = planOffer(recorded(name), [], [door]);
    const left = parse(plan.sdp);
    for (const section of plan.sections) {
      const media = left.media.find(({ mid }) => String(mid) === section.mid);
      const used = [section.payloadType, section.rtxPayloadType].filter((it) => it !== undefined);
      expect(media?.rtp.map(({ payload }) => payload).toSorted()).toEqual(used.toSorted());
      expect(String(media?.payloads).split(' ').map(Number)).toEqual(used);
      expect((media?.ext ?? []).map(({ value }) => value).toSorted()).toEqual(
        Object.values(section.extensions).toSorted(),
      );
      expect((media?.rtcpFb ?? []).map(({ type }) => type)).not.toContain('goog-remb');
    }
  }
});

test('sound goes only to who may listen, and comes only from who may talk', () => {
  const sections = (feed: typeof door) =>
    planOffer(recorded('chromium'), [], [feed]).sections.filter(({ kind }) => kind === 'audio');
  expect(sections({ ...door, audio: false })).toMatchObject([{ listens: false, talks: true }]);
  expect(sections({ ...door, talk: false })).toMatchObject([{ listens: true, talks: false }]);
  expect(sections({ ...door, audio: false, talk: false })).toEqual([]);
});

/** An offer whose Opus, payload type 111, is offered with NACK and RTX. */
const repairing = recorded('chromium')
  .replace(
    'a=rtpmap:111 opus/48000/2',
    'a=rtpmap:112 rtx/48000\r\na=fmtp:112 apt=111\r\na=rtpmap:111 opus/48000/2',
  )
  .replace(/(m=audio \d+ \S+ 111)/, '$1 112')
  .replace('a=rtcp-fb:111 transport-cc', 'a=rtcp-fb:111 transport-cc\r\na=rtcp-fb:111 nack');

test('a voice is repaired where its sender offers NACK and RTX for it, and may talk', () => {
  const [, plain] = planOffer(recorded('chromium'), [], [door]).sections;
  expect(plain).toMatchObject({ repairs: false });
  const plan = planOffer(repairing, [], [door]);
  expect(plan.sections[1]).toMatchObject({ payloadType: 111, rtxPayloadType: 112, repairs: true });
  expect(plan.sdp).toContain('a=rtcp-fb:111 nack');
  const [, silent] = planOffer(repairing, [], [{ ...door, talk: false }]).sections;
  expect(silent).toMatchObject({ repairs: false });
});

test('packets are numbered for feedback only where feedback is offered', () => {
  const offer = recorded('chromium').replaceAll(/a=rtcp-fb:\d+ transport-cc\r\n/g, '');
  for (const { extensions } of planOffer(offer, [], [door]).sections)
    expect(extensions).not.toHaveProperty('transportWideCc');
});

test('feedback may go alone where every section says so', () => {
  expect(planOffer(recorded('chromium'), [], [door]).reducedSize).toBe(true);
  const once = recorded('chromium').replace('a=rtcp-rsize\r\n', '');
  expect(planOffer(once, [], [door]).reducedSize).toBe(false);
});

test('sections get the feeds they are assigned to, by mid, by "*", or the first', () => {
  const feeds = (media: { mid: string; feed: string }[]) =>
    planOffer(recorded('chromium'), media, [door, { ...garden, audio: true }]).sections.map(
      ({ feed }) => feed,
    );
  expect(feeds([])).toEqual(['door', 'door']);
  expect(feeds([{ mid: '*', feed: 'garden' }])).toEqual(['garden', 'garden']);
  expect(feeds([{ mid: '1', feed: 'garden' }])).toEqual(['door', 'garden']);
  expect(() => feeds([{ mid: '0', feed: 'attic' }])).toThrow(
    expect.objectContaining({ code: 'feed/unknown' }),
  );
});

test('a viewer that paused its picture keeps its sound', () => {
  for (const direction of ['inactive', 'sendonly']) {
    const paused = recorded('chromium').replace('a=recvonly', `a=${direction}`);
    expect(planOffer(paused, [], [door]).sections.map(({ kind }) => kind)).toEqual(['audio']);
  }
});

test.each([
  ['nothing', ''],
  ['not SDP', 'hello'],
  ['JSON', '{"type":"offer"}'],
  ['only a version', 'v=0\r\n'],
  ['no media', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'],
  ['1 MB', `${recorded('chromium')}${'a=x-padding:0123456789abcdef\r\n'.repeat(40_000)}`],
  ['no mid', recorded('chromium').replaceAll(/a=mid:.*\r\n/g, '')],
  ['no ICE password', recorded('chromium').replaceAll(/a=ice-pwd:.*\r\n/g, '')],
  ['no ICE credentials', recorded('chromium').replaceAll(/a=ice-ufrag:.*\r\n/g, '')],
  ['no fingerprint', recorded('chromium').replaceAll(/a=fingerprint:.*\r\n/g, '')],
  ['a thousand sections', `${recorded('firefox')}${'m=video 0 X 0\r\na=mid:9\r\n'.repeat(1_000)}`],
])('an offer with %s is refused as such', (_, sdp) => {
  expect(refusal(sdp)).toBe('session/bad-offer');
});

/** Chromium's offer without these lines in its sections, save in section `kept`. */
function onlyIn(kept: string, lines: RegExp, sdp = recorded('chromium')): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => (section.includes(`a=mid:${kept}\r\n`) ? section : section.replaceAll(lines, '')))
    .join('');
}

const transportLines = /a=(ice-ufrag|ice-pwd|fingerprint|setup):.*\r\n/g;

test('of a bundle only the tagged section carries the transport, wherever it stands', () => {
  const { transport } = planOffer(recorded('chromium'), [], [door]);
  expect(planOffer(onlyIn('0', transportLines), [], [door])).toMatchObject({
    transport,
    sections: [{ mid: '0' }, { mid: '1' }],
  });
  const second = onlyIn('1', transportLines).replace('BUNDLE 0 1 2', 'BUNDLE 1 0 2');
  expect(planOffer(second, [], [door])).toMatchObject({ transport, sections: [{ mid: '0' }, { mid: '1' }] });
  expect(refusal(onlyIn('1', transportLines))).toBe('session/bad-offer');
});

test('the tagged section carries the transport though we want nothing else of it', () => {
  const candidate = 'candidate:1 1 udp 2130706431 192.0.2.7 4000 typ host';
  const paused = onlyIn('0', transportLines)
    .replace('a=recvonly', `a=inactive\r\na=${candidate}`)
    .replaceAll('a=setup:actpass', 'a=setup:active');
  const plan = planOffer(paused, [], [door]);
  expect(plan.sections.map(({ mid }) => mid)).toEqual(['1']);
  expect(plan.transport).toEqual({
    ...planOffer(recorded('chromium'), [], [door]).transport,
    setup: 'active',
    candidates: [candidate],
  });
});

test('a transport said for the whole session counts for its sections', () => {
  const common = recorded('chromium').match(transportLines)?.slice(0, 4).join('') ?? '';
  const sdp = onlyIn('none', transportLines).replace('t=0 0\r\n', `t=0 0\r\n${common}`);
  expect(planOffer(sdp, [], [door]).transport).toEqual(planOffer(recorded('chromium'), [], [door]).transport);
});

test('a section outside the bundle is not planned, because there is one transport', () => {
  const mids = (sdp: string) => planOffer(sdp, [], [door]).sections.map(({ mid }) => mid);
  expect(mids(recorded('chromium').replace('BUNDLE 0 1 2', 'BUNDLE 0 2'))).toEqual(['0']);
  expect(mids(recorded('chromium').replace('a=group:BUNDLE 0 1 2\r\n', ''))).toEqual(['0']);
  // Nothing comes of the first, so it takes nothing from the second.
  const paused = recorded('chromium').replace('a=recvonly', 'a=inactive');
  expect(mids(paused.replace('a=group:BUNDLE 0 1 2\r\n', ''))).toEqual(['1']);
});

test.each([
  ['a ufrag of 3 characters', 'ice-ufrag', 'abc'],
  ['a ufrag of 257', 'ice-ufrag', 'a'.repeat(257)],
  ['a ufrag of 16 KiB', 'ice-ufrag', 'a'.repeat(16_384)],
  ['a ufrag with a colon', 'ice-ufrag', 'ab:cd'],
  ['a password of 21', 'ice-pwd', 'a'.repeat(21)],
  ['a password of 257', 'ice-pwd', 'a'.repeat(257)],
  ['a password with a dash', 'ice-pwd', '-'.repeat(22)],
])('%s would stand in every check that we send, and is refused', (_, name, value) => {
  const sdp = recorded('chromium').replace(new RegExp(`a=${name}:.*`), `a=${name}:${value}`);
  expect(refusal(sdp)).toBe('session/bad-offer');
});

test('the shortest and the longest ICE credentials are taken', () => {
  for (const [ufrag, pwd] of [
    ['1234', '1'.repeat(22)],
    ['a'.repeat(256), '+/'.repeat(128)],
  ]) {
    const sdp = recorded('chromium')
      .replaceAll(/a=ice-ufrag:.*/g, `a=ice-ufrag:${ufrag}`)
      .replaceAll(/a=ice-pwd:.*/g, `a=ice-pwd:${pwd}`);
    expect(planOffer(sdp, [], [door]).transport).toMatchObject({ iceUfrag: ufrag, icePwd: pwd });
  }
});

// A search that begins anew at each blank takes 7 s for this, and the timeout tells of it.
test('a line of 60 KB of blanks is read in one go', { timeout: 2_000 }, () => {
  const blanks = `a=candidate:${' '.repeat(60_000)}x`;
  const sdp = recorded('chromium-vp8-only').replace('a=mid:0', `a=mid:0\r\n${blanks}`);
  expect(planOffer(sdp, [], [door]).transport.candidates).toEqual(['candidate:x']);
});

test('a section is counted where the parser counts it, whatever else may end a line', () => {
  for (const separator of ['\u2028', '\u2029']) {
    const sdp = recorded('chromium').replace('s=-', `s=-${separator}m=video 9 X 0`);
    expect(planOffer(sdp, [], [door]).transport.fingerprints).toHaveLength(1);
  }
});

test('parameters that are a number alone are parameters of no meaning', () => {
  const sdp = recorded('chromium-vp8-only').replace('a=mid:0', 'a=mid:0\r\na=fmtp:96 7');
  expect(planOffer(sdp, [], [door]).sections[0]).toMatchObject({ codec: 'VP8', payloadType: 96 });
});

test('a payload type that does not fit its 7 bits is passed over', () => {
  const sdp = recorded('chromium-vp8-only')
    .replaceAll(/(:| )96\b/g, '$1224')
    .replace('apt=96', 'apt=224');
  expect(refusal(sdp)).toBe('session/no-common-codec');
});

test('whatever becomes of an offer on its way, it is planned or refused with a code, and what is left parses', () => {
  const line = fc.constantFrom(
    'a=rtpmap:96 VP8/90000',
    'a=fmtp:96',
    'a=fmtp:102 profile-level-id=',
    'a=mid:',
    'a=mid:__proto__',
    'a=extmap:99 x',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid',
    'm=video',
    'm=video 9 UDP/TLS/RTP/SAVPF',
    'm=audio 0 X 0',
    'a=setup:',
    'a=ssrc:x',
    'a=ssrc:1',
    'a=rtcp-fb:* nack',
    'a=inactive',
    'a=bundle-only',
    'a=group:BUNDLE',
    'v=1',
    'a',
    '=',
    '\0',
    'a=candidate:x',
    'a=simulcast:send 1',
    'a=rid:1 send',
  );
  const change = fc.oneof(
    fc.record({ cut: fc.nat(250) }),
    fc.record({ insert: line, at: fc.nat(250) }),
    fc.record({ twice: fc.nat(250) }),
    fc.record({ flip: fc.nat(7_000), to: fc.integer({ min: 9, max: 126 }) }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...recordings), fc.array(change, { maxLength: 12 }), (name, changes) => {
      let lines = recorded(name).split('\r\n');
      for (const it of changes) {
        if ('cut' in it) lines.splice(it.cut, 1);
        else if ('insert' in it) lines.splice(it.at, 0, it.insert);
        else if ('twice' in it) lines.splice(it.twice, 0, lines[it.twice] ?? '');
        else {
          const text = lines.join('\r\n');
          lines = (text.slice(0, it.flip) + String.fromCharCode(it.to) + text.slice(it.flip + 1)).split(
            '\r\n',
          );
        }
      }
      const sdp = lines.join('\r\n');
      if (refusal(sdp, [door, garden]) !== 'accepted') return;
      const plan = planOffer(sdp, [], [door, garden]);
      expect(parse(plan.sdp).media).toHaveLength(parse(sdp).media.length);
    }),
    { numRuns: 1_500 },
  );
});
