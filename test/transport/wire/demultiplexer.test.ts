import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { addressQuery, connectivityCheck, successResponse } from '../../../src/transport/stun/binding.ts';
import { Demultiplexer, type Member } from '../../../src/transport/wire/demultiplexer.ts';
import type { WirePath } from '../../../src/transport/wire/path.ts';

const sent: Uint8Array[] = [];
const path: WirePath = {
  id: 'udp4',
  family: 4,
  transport: 'udp',
  kind: 'host',
  preference: 1,
  queued: 0,
  send: (_, datagram) => void sent.push(datagram as Uint8Array),
};
const from = { address: '192.0.2.7', port: 4_711 };
const prefix = Buffer.from('abcd');
const credentials = { ufrag: 'ours', password: 'a password of twenty-four' };

class Told implements Member {
  readonly heard: string[] = [];
  keys = true;
  request() {
    this.heard.push('request');
  }
  response() {
    this.heard.push('response');
  }
  dtls(_: Buffer, validated: boolean) {
    this.heard.push(validated ? 'dtls' : 'dtls before validation');
  }
  media() {
    if (this.keys) this.heard.push('media');
    return this.keys;
  }
}

let demultiplexer: Demultiplexer;
let member: Told;
beforeEach(() => {
  sent.length = 0;
  demultiplexer = new Demultiplexer();
  member = new Told();
  demultiplexer.addCredentials(credentials.ufrag, credentials.password, member);
  demultiplexer.addPrefix(prefix, member);
});

const check = (to = credentials.ufrag, password = credentials.password) =>
  connectivityCheck({
    transactionId: Buffer.alloc(12, 7),
    username: { to, from: 'theirs' },
    password,
    priority: 1,
    role: { controlling: true, tieBreaker: 1n },
    useCandidate: false,
  });
const dtls = Buffer.from([22, 254, 253, 0, 0]);
const srtp = Buffer.from([0x80, 96, 0, 1]);
const receive = (datagram: Buffer) => demultiplexer.receive(datagram, path, from);

test('a check for our ufrag with our password reaches its session', () => {
  receive(check());
  expect(member.heard).toEqual(['request']);
});

test.each([
  ['for a ufrag of nobody', check('nobody')],
  ['with a wrong password', check('ours', 'another password of its own')],
  ['without a username', addressQuery(Buffer.alloc(12, 7))],
  ['cut short', check().subarray(0, 40)],
  ['with a bit changed', Buffer.from(check().map((byte, at) => (at === 30 ? byte ^ 1 : byte)))],
  ['without its fingerprint', withoutFingerprint(check())],
])('a check %s is counted, and reaches nobody', (_, datagram) => {
  receive(datagram);
  expect(member.heard).toEqual([]);
  expect(demultiplexer.drops.stun).toBe(1);
});

test('a datagram from port 0, which cannot be answered, reaches nobody even with the right password', () => {
  demultiplexer.receive(check(), path, { ...from, port: 0 });
  expect(member.heard).toEqual([]);
  expect(demultiplexer.drops.unknown).toBe(1);
});

test('a response goes to who began its transaction, by the first bytes of its id', () => {
  receive(successResponse(Buffer.concat([prefix, Buffer.alloc(8)]), from, 'whatever')!);
  expect(member.heard).toEqual(['response']);
  receive(successResponse(Buffer.alloc(12, 9), from, 'whatever')!);
  expect(member.heard).toEqual(['response']);
  expect(demultiplexer.drops.stun).toBe(1);
});

test('DTLS and media come through only from an address that ICE has let in, and media only once it is validated', () => {
  receive(dtls);
  receive(srtp);
  expect(demultiplexer.drops.stranger).toBe(2);
  demultiplexer.addAddress(path.id, from, member, false);
  receive(dtls);
  receive(srtp);
  demultiplexer.addAddress(path.id, from, member, true);
  receive(dtls);
  receive(srtp);
  expect(member.heard).toEqual(['dtls before validation', 'dtls', 'media']);
  demultiplexer.receive(srtp, path, { ...from, port: 1 });
  expect(demultiplexer.drops.stranger).toBe(4);
});

test('media before there are keys is counted', () => {
  demultiplexer.addAddress(path.id, from, member, true);
  member.keys = false;
  receive(srtp);
  expect(demultiplexer.drops.premature).toBe(1);
});

test("an address that is validated anew is the new session's, and one that is only claimed is not", () => {
  const other = new Told();
  demultiplexer.addAddress(path.id, from, member, true);
  demultiplexer.addAddress(path.id, from, other, false);
  receive(dtls);
  expect([member.heard, other.heard]).toEqual([['dtls'], []]);
  demultiplexer.addAddress(path.id, from, other, true);
  receive(dtls);
  expect([member.heard, other.heard]).toEqual([['dtls'], ['dtls']]);
});

test('what a session had is gone with it', () => {
  demultiplexer.addAddress(path.id, from, member, true);
  demultiplexer.remove(member);
  expect(demultiplexer.size).toBe(0);
  receive(check());
  receive(dtls);
  expect(member.heard).toEqual([]);
});

test('whatever strangers send, nothing is answered, kept or thrown', () => {
  const { size } = demultiplexer;
  const first = fc.constantFrom(0, 1, 19, 20, 22, 63, 64, 127, 128, 191, 192, 255);
  fc.assert(
    fc.property(first, fc.uint8Array({ maxLength: 200 }), fc.nat(65_535), (byte, rest, port) => {
      demultiplexer.receive(Buffer.from([byte, ...rest]), path, { address: '198.51.100.9', port });
    }),
    { numRuns: 2_000 },
  );
  demultiplexer.receive(Buffer.alloc(0), path, from);
  expect({ size: demultiplexer.size, sent, heard: member.heard }).toEqual({ size, sent: [], heard: [] });
});

/** The same message as if it ended with its integrity. */
function withoutFingerprint(message: Buffer): Buffer {
  const cut = Buffer.from(message.subarray(0, -8));
  cut.writeUInt16BE(cut.length - 20, 2);
  return cut;
}
