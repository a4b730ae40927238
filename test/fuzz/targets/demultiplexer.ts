import type { Endpoint } from '../../../src/transport/endpoint.ts';
import { connectivityCheck, successResponse } from '../../../src/transport/stun/binding.ts';
import { Demultiplexer, type Member } from '../../../src/transport/wire/demultiplexer.ts';
import type { WirePath } from '../../../src/transport/wire/path.ts';
import { hex } from '../hex.ts';
import { readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

const ours = { ufrag: 'ours', password: 'abcdefghijklmnopqrstuvwx' };
const prefix = Buffer.from('abcd');
/** By the number in the input: validated, seen by ICE, and two that nobody knows. */
const endpoints: readonly Endpoint[] = [7, 8, 9, 10].map((last) => ({
  address: `192.0.2.${last}`,
  port: 4_711,
}));
const [validated, seen] = endpoints as [Endpoint, Endpoint];

const request = (to: string, password: string) =>
  connectivityCheck({
    transactionId: Buffer.alloc(12, 7),
    username: { to, from: 'theirs' },
    password,
    priority: 1,
    role: { controlling: true, tieBreaker: 1n },
    useCandidate: true,
  });
const response = successResponse(
  Buffer.concat([prefix, Buffer.alloc(8)]),
  validated,
  ours.password,
) as Buffer;
const datagrams = [
  request(ours.ufrag, ours.password),
  request(ours.ufrag, 'another password of somebody'),
  request('nobody', ours.password),
  response,
  hex('16fefd0000000000000000000c 010000000000000000000000'),
  hex('15fefd00000000000000010002 0100'),
  hex('17fefd00010000000000010008 0011223344556677'),
  Buffer.concat([hex('80600001000000010000000a'), Buffer.alloc(40)]),
  Buffer.concat([hex('80c90001 0000000a 80000001'), Buffer.alloc(16)]),
  hex('40000000'),
  Buffer.alloc(0),
];
const from = (place: number) => datagrams.map((bytes) => ({ gapMs: 0, from: place, bytes }));

export const target: FuzzTarget = {
  about: 'datagrams to the one port, from those who are known there and from strangers',
  seeds: [],
  inputs: sequences([
    from(0),
    from(1),
    from(2),
    datagrams.map((bytes, at) => ({ gapMs: 0, from: at, bytes })),
  ]),
  take(input) {
    let sender = validated;
    const promises = {
      known: () => promise(sender === validated || sender === seen, 'strangers reach STUN alone'),
      proven: () => promise(sender === validated, 'media comes from validated addresses alone'),
    };
    const member: Member = {
      request: () => undefined,
      response: () => undefined,
      dtls: (_datagram, isValidated) => (isValidated ? promises.proven() : promises.known()),
      media: () => {
        promises.proven();
        return true;
      },
    };
    const path: WirePath = {
      id: 'udp4',
      family: 4,
      transport: 'udp',
      kind: 'host',
      preference: 1,
      queued: 0,
      send: () => promise(false, 'nothing is answered'),
    };
    const demultiplexer = new Demultiplexer();
    demultiplexer.addCredentials(ours.ufrag, ours.password, member);
    demultiplexer.addPrefix(prefix, member);
    demultiplexer.addAddress(path.id, validated, member, true);
    demultiplexer.addAddress(path.id, seen, member, false);
    const kept = demultiplexer.size;
    for (const packet of readSequence(input)) {
      sender = endpoints[packet.from % endpoints.length] as Endpoint;
      demultiplexer.receive(Buffer.from(packet.bytes), path, sender);
    }
    promise(demultiplexer.size === kept, 'nothing is kept for anybody');
  },
  steps: { fixed: 500, perByte: 5 },
  bytes: { fixed: 5_000, perByte: 10 },
  heavy: 4,
};
