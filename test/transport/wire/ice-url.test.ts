import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readIceUrl } from '../../../src/transport/wire/ice-url.ts';

test.each([
  ['stun:stun.example.org', { scheme: 'stun', host: 'stun.example.org', port: 3478, transport: 'udp' }],
  ['turn:192.0.2.1:3479', { scheme: 'turn', host: '192.0.2.1', port: 3479, transport: 'udp' }],
  [
    'turn:[2001:db8::1]:3479?transport=tcp',
    { scheme: 'turn', host: '2001:db8::1', port: 3479, transport: 'tcp' },
  ],
  ['turns:turn.example.org', { scheme: 'turn', host: 'turn.example.org', port: 5349, transport: 'tls' }],
  [
    'TURNS:turn.example.org?transport=tcp',
    { scheme: 'turn', host: 'turn.example.org', port: 5349, transport: 'tls' },
  ],
])('%s is read', (text, expected) => {
  expect(readIceUrl(text)).toEqual(expected);
});

test.each([
  'stuns:host',
  'turns:host?transport=udp',
  'turn:host:0',
  'turn:host:99999',
  'http://host',
  'turn:',
  'turn:a b',
])('%s is none of ours', (text) => {
  expect(readIceUrl(text)).toBeUndefined();
});

test('whatever the text is, it is read or not', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(['object', 'undefined']).toContain(typeof readIceUrl(`turn:${text}`));
    }),
  );
});
