import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIceServers } from '../../src/viewer/ice-servers.ts';
import { applyFragment, writeFragment } from '../../src/viewer/sdp-fragment.ts';

const sdp = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
  'a=ice-ufrag:old',
  'a=ice-pwd:oldpassword',
  'a=mid:0',
  'a=candidate:1 1 udp 1 192.0.2.1 1000 typ host',
  'a=end-of-candidates',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=ice-ufrag:old',
  'a=ice-pwd:oldpassword',
  'a=mid:1',
  '',
].join('\r\n');

describe('SDP fragments', () => {
  test('candidates go out under the credentials and mid of the first section', () => {
    expect(writeFragment(sdp, ['candidate:2 1 udp 1 192.0.2.2 2000 typ host', ''])).toBe(
      [
        'a=ice-ufrag:old',
        'a=ice-pwd:oldpassword',
        'm=video 9 UDP/TLS/RTP/SAVPF 0',
        'a=mid:0',
        'a=candidate:2 1 udp 1 192.0.2.2 2000 typ host',
        'a=end-of-candidates',
        '',
      ].join('\r\n'),
    );
  });

  test('an ICE restart renews credentials in every section and candidates in the first, and nothing else', () => {
    const fragment =
      'a=ice-ufrag:new\r\na=ice-pwd:newpassword\r\nm=video 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:9 1 udp 1 192.0.2.9 9 typ host\r\n';
    const renewed = applyFragment(sdp, fragment) ?? '';
    expect(renewed.match(/a=ice-ufrag:new\r\na=ice-pwd:newpassword/g)).toHaveLength(2);
    expect(renewed).not.toContain('old');
    expect(renewed.match(/a=candidate:/g)).toHaveLength(1);
    expect(renewed.indexOf('192.0.2.9')).toBeLessThan(renewed.indexOf('m=audio'));
    const bare = (text: string): string[] =>
      text.split('\r\n').filter((line) => !/^a=(ice-|candidate|end-of)/.test(line));
    expect(bare(renewed)).toEqual(bare(sdp));
  });

  test('a fragment without credentials restarts nothing', () => {
    expect(applyFragment(sdp, 'a=end-of-candidates\r\n')).toBeUndefined();
  });
});

describe('ICE servers of a Link header', () => {
  test('STUN and TURN with and without credentials are read', () => {
    expect(
      readIceServers(
        '<stun:stun.example.net>; rel="ice-server", <turn:turn.example.net?transport=udp>; rel="ice-server"; ' +
          'username="u,1"; credential="a;b"; credential-type="password", </other>; rel="next"',
      ),
    ).toEqual([
      { urls: 'stun:stun.example.net' },
      { urls: 'turn:turn.example.net?transport=udp', username: 'u,1', credential: 'a;b' },
    ]);
  });

  // An exception here would be our bug: the header comes from outside.
  test('no header makes it throw', () => {
    fc.assert(fc.property(fc.option(fc.string()), (link) => Array.isArray(readIceServers(link))));
  });
});
