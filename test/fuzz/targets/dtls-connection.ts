import { type End, makeCertificate, ms, pairOf } from '../../transport/dtls/pair.ts';
import { type Arriving, readSequence, sequences } from '../sequence.ts';
import { type FuzzTarget, promise } from '../target.ts';

const certificates = [await makeCertificate(), await makeCertificate()] as const;

/** What a number from the input does. */
const deeds = [
  'deliver',
  'deliver',
  'deliver',
  'lose',
  'repeat',
  'spoil',
  'to the server',
  'to the client',
] as const;

/** A handshake and some data without a fault, for its datagrams. */
function recorded(): Uint8Array[] {
  const { client, server } = pairOf(certificates);
  const flights: Uint8Array[] = [];
  const air: [End, Uint8Array][] = [];
  client.outgoing = (datagram) => void air.push([server, datagram]);
  server.outgoing = (datagram) => void air.push([client, datagram]);
  for (const end of [client, server]) end.connection.start(ms(1_000));
  for (let next = air.shift(); next; next = air.shift()) {
    flights.push(next[1]);
    next[0].connection.receive(next[1], ms(1_000));
    if (flights.length === 6) client.connection.send(Buffer.from('data'));
  }
  return flights;
}

const datagrams = recorded();
const step = (deed: number, bytes: Uint8Array = Buffer.alloc(1), gapMs = 1): Arriving => ({
  gapMs,
  from: deed,
  bytes,
});
const smooth = Array.from({ length: 12 }, () => step(0));
const seeds: readonly (readonly Arriving[])[] = [
  smooth,
  // Datagrams of another handshake of the same two, before, within and after this one.
  datagrams.flatMap((bytes) => [step(6, bytes), step(0), step(7, bytes)]),
  [...smooth, ...datagrams.map((bytes) => step(6, bytes)), ...datagrams.map((bytes) => step(7, bytes))],
  Array.from({ length: 16 }, (_, at) => step(at % 3 === 0 ? 5 : 0, Buffer.of(1 << (at % 8), 0, 0x80))),
  Array.from({ length: 16 }, (_, at) => step(at % 2 === 0 ? 3 : 0, Buffer.alloc(1), 500)),
];

export const target: FuzzTarget = {
  about: 'two ends of DTLS, a network that loses, repeats and spoils, and datagrams of somebody else',
  seeds: [],
  inputs: sequences(seeds, datagrams),
  take(input) {
    const { client, server } = pairOf(certificates);
    const air: { readonly to: End; readonly datagram: Uint8Array }[] = [];
    client.outgoing = (datagram) => void air.push({ to: server, datagram });
    server.outgoing = (datagram) => void air.push({ to: client, datagram });
    const ends = [client, server] as const;
    let now = 1_000;
    for (const end of ends) end.connection.start(ms(now));
    for (const { gapMs, from, bytes } of readSequence(input)) {
      now += gapMs;
      for (const { connection } of ends)
        if ((connection.deadline ?? Infinity) <= now) connection.tick(ms(now));
      const deed = deeds[from % deeds.length] as (typeof deeds)[number];
      if (deed === 'to the server' || deed === 'to the client') {
        (deed === 'to the server' ? server : client).connection.receive(bytes, ms(now));
        continue;
      }
      const next = air.shift();
      if (!next || deed === 'lose') continue;
      const { to, datagram } = next;
      to.connection.receive(deed === 'spoil' ? spoilt(datagram, bytes) : datagram, ms(now));
      if (deed === 'repeat') to.connection.receive(datagram, ms(now));
      if (client.connection.state === 'connected') client.connection.send(Buffer.from('data'));
    }
    for (const end of ends) {
      promise(end.ended.length <= 1, 'it ends once');
      promise(end.connected.length <= 1, 'it connects once');
      promise(
        end.received.every((text) => text === 'data'),
        'data is what the peer sent',
      );
    }
    promise(client.received.length === 0, 'nobody sent the client anything');
    const [a, b] = [client.connected[0], server.connected[0]];
    if (a && b) {
      promise(Buffer.from(a.local.key).equals(b.remote.key), 'both have the same keys');
      promise(Buffer.from(b.local.key).equals(a.remote.key), 'both have the same keys');
    }
    for (const { connection } of ends) connection.close();
    for (const { connection } of ends)
      promise(connection.deadline === undefined, 'a closed connection wants nothing');
  },
  steps: { fixed: 100_000, perByte: 500 },
  bytes: { fixed: 500_000, perByte: 500 },
  heavy: 200,
};

/** Some of its bits turned. */
function spoilt(datagram: Uint8Array, mask: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(datagram);
  for (const [at, bits] of mask.entries())
    if (copy.length > 0) copy[(at * 37) % copy.length] = (copy[(at * 37) % copy.length] as number) ^ bits;
  return copy;
}
