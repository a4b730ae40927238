import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignAll, fragmentOf, parseFragment, restartedOffer } from '../../src/signaling/sdp-fragment.ts';
import { offer } from './fake-sessions.ts';

test('a fragment gives its credentials, and candidates with their section', () => {
  const text =
    'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=end-of-candidates\r\n';
  expect(parseFragment(text)).toEqual({
    ufrag: 'EsAw',
    pwd: 'P2uYro0UCOQ4zxjKXaWCBui1',
    candidates: [
      { candidate: 'candidate:1 1 udp 1 192.0.2.1 1 typ host', sdpMid: '0', sdpMLineIndex: null },
      { candidate: '', sdpMid: '0', sdpMLineIndex: null },
    ],
  });
});

test.each([
  ['', 'neither credentials nor candidates'],
  ['{}', 'a line is not of SDP'],
  ['a=ice-ufrag:a b\r\n', 'a=ice-ufrag is malformed'],
  ['a=ice-pwd:short\r\n', 'a=ice-pwd is malformed'],
  ['a=candidate:1\n'.repeat(129), 'more than 128 candidates'],
])('%j is not a fragment', (text, reason) => {
  expect(parseFragment(text)).toBe(reason);
});

test("a restart changes an offer's credentials and version, drops its candidates, and nothing else", () => {
  const old = `${offer}a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=end-of-candidates\r\n`;
  const expected = offer
    .replaceAll('a=ice-ufrag:aaaa', 'a=ice-ufrag:cccc')
    .replaceAll('a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa', 'a=ice-pwd:cccccccccccccccccccccccc')
    .replace('6 2 IN', '6 3 IN');
  expect(restartedOffer(old, 'cccc', 'cccccccccccccccccccccccc')).toBe(expected);
});

test('what a restart answers can be read as a fragment', () => {
  expect(parseFragment(fragmentOf(offer))).toMatchObject({ ufrag: 'aaaa', candidates: [] });
});

test('audio and video sections are for the feed, others are not', () => {
  expect(assignAll(offer, 'garden')).toEqual([{ mid: '0', feed: 'garden' }]);
});

// Bytes from outside never throw: an exception here is our bug.
test('no text throws', () => {
  const line = fc.oneof(
    fc.constantFrom('a=mid:', 'a=ice-ufrag:', 'a=candidate:', 'm=', 'o=- 1 9 x', 'a='),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = lines.join('\n');
      parseFragment(text);
      fragmentOf(text);
      restartedOffer(text, 'cccc', 'cccc');
      assignAll(text, 'x');
    }),
  );
});
