import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handshakeTypes, writeFragment } from '../../../src/transport/dtls/handshake-message.ts';
import {
  type ContentType,
  contentTypes,
  readRecords,
  writeRecord,
} from '../../../src/transport/dtls/record.ts';
import { type End, makeCertificate, ms, Network, pairOf } from './pair.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const certificates = [await makeCertificate(), await makeCertificate()] as const;

function clear(type: ContentType, fragment: Uint8Array, sequence = 1_000, epoch = 0): Uint8Array {
  return writeRecord({ type, version: 0xfefd, epoch, sequence, fragment });
}

function alert(level: number, description: number): Uint8Array {
  return clear(contentTypes.alert, Uint8Array.of(level, description));
}

function connectedPair() {
  const { client, server } = pairOf(certificates);
  const network = new Network(client, server);
  network.connect();
  expect([client.connected.length, server.connected.length]).toEqual([1, 1]);
  return { client, server, network };
}

/** Delivers a hostile datagram to both ends before each genuine one, and to both after the last. */
function connectAmong(hostile: (genuine: Uint8Array) => Iterable<Uint8Array>, healMs = 0) {
  const { client, server } = pairOf(certificates);
  const queue: [End, Uint8Array][] = [];
  client.outgoing = (datagram) => queue.push([server, datagram]);
  server.outgoing = (datagram) => queue.push([client, datagram]);
  let now = 0;
  for (const { connection } of [client, server]) connection.start(ms(now));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [to, genuine] = next;
    for (const datagram of hostile(genuine)) to.connection.receive(datagram, ms(now));
    to.connection.receive(genuine, ms(now));
    while (queue.length === 0 && now < healMs) {
      now = Math.min(client.connection.deadline ?? healMs, server.connection.deadline ?? healMs);
      for (const { connection } of [client, server]) connection.tick(ms(now));
    }
  }
  return { client, server };
}

function expectConnected({ client, server }: { client: End; server: End }) {
  expect([client.ended, server.ended]).toEqual([[], []]);
  expect([client.connected.length, server.connected.length]).toEqual([1, 1]);
}

describe('during the handshake', () => {
  test('every datagram cut at every length changes nothing', () => {
    const ends = connectAmong(function* (genuine) {
      for (let length = 0; length < genuine.length; length += 1) yield genuine.subarray(0, length);
    });
    expectConnected(ends);
  });

  test('bytes that are no records change nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 1_500 }), { maxLength: 10 }), (datagrams) => {
        expectConnected(connectAmong(() => datagrams));
      }),
      { numRuns: 50 },
    );
  });

  test('an alert in the clear, however fatal, does not end a handshake that goes on', () => {
    const alerts = Array.from({ length: 256 }, (_, description) => [
      alert(2, description),
      alert(1, description),
    ]);
    expectConnected(connectAmong(() => alerts.flat()));
    for (const one of [alert(2, 40), alert(2, 0), alert(1, 0)]) expectConnected(connectAmong(() => [one]));
  });

  test('protected records, changes of the cipher and proofs that anybody can write change nothing', () => {
    const finished = {
      type: handshakeTypes.finished,
      sequence: 5,
      length: 12,
      offset: 0,
      bytes: new Uint8Array(12),
    };
    const ends = connectAmong(() => [
      clear(contentTypes.changeCipherSpec, Uint8Array.of(1)),
      clear(contentTypes.changeCipherSpec, Uint8Array.of(2)),
      clear(contentTypes.handshake, writeFragment(finished)),
      clear(contentTypes.applicationData, Buffer.from('unlock')),
      ...Array.from({ length: 100 }, (_, number) =>
        clear(contentTypes.applicationData, new Uint8Array(1_000), number, 1),
      ),
      clear(contentTypes.handshake, new Uint8Array(60), 7, 1),
      clear(contentTypes.handshake, writeFragment(finished), 7, 2),
      clear(contentTypes.alert, Uint8Array.of(2, 40), 7, 1),
    ]);
    expectConnected(ends);
    expect([ends.client.received, ends.server.received]).toEqual([[], []]);
  });

  test('fragments of messages far ahead, or of impossible size, change nothing', () => {
    const ends = connectAmong(() =>
      [7, 8, 100, 65_535].flatMap((sequence) => [
        clear(
          contentTypes.handshake,
          writeFragment({
            type: 11,
            sequence,
            length: 0xff_ffff,
            offset: 0xff_0000,
            bytes: new Uint8Array(100),
          }),
        ),
        clear(
          contentTypes.handshake,
          writeFragment({ type: 11, sequence, length: 16_000, offset: 0, bytes: new Uint8Array(1) }),
        ),
      ]),
    );
    expectConnected(ends);
  });

  test('a fragment that contradicts the rest of its message is healed by a repetition', () => {
    const hostile = [0, 1, 2, 3, 4].map((sequence) =>
      clear(
        contentTypes.handshake,
        writeFragment({ type: 13, sequence, length: 500, offset: 20, bytes: new Uint8Array(30) }),
      ),
    );
    let datagrams = 0;
    const ends = connectAmong(() => {
      datagrams += 1;
      return datagrams <= 2 ? hostile : [];
    }, 5_000);
    expectConnected(ends);
  });

  test('a fatal alert in the clear and silence after it end the handshake after 3 s, and say which', () => {
    const { client } = pairOf(certificates);
    client.connection.start(ms(0));
    client.connection.receive(alert(1, 90), ms(10)); // a warning
    client.connection.receive(alert(2, 40), ms(20));
    client.connection.receive(alert(2, 80), ms(2_000));
    let now = 20;
    while (client.connection.deadline !== undefined) {
      expect(client.ended).toEqual([]);
      now = client.connection.deadline;
      client.connection.tick(ms(now));
    }
    expect(now).toBe(3_020);
    expect(client.ended).toEqual([{ kind: 'refusedByPeer', alert: 40 }]);
  });

  test('an alert in the clear is forgotten when the handshake goes on, however slow', () => {
    const { client, server } = pairOf(certificates);
    const network = new Network(client, server, () => [800]);
    network.start();
    network.run(network.now + 10);
    client.connection.receive(alert(2, 40), ms(network.now));
    network.run(network.now + 1_000);
    server.connection.receive(alert(2, 40), ms(network.now));
    network.run(network.now + 1_000);
    client.connection.receive(alert(2, 40), ms(network.now));
    network.run();
    expectConnected({ client, server });
  });

  test('an alert in the clear to a server that nobody spoke to does nothing', () => {
    const { client, server } = pairOf(certificates);
    const network = new Network(client, server);
    server.connection.start(ms(network.now));
    server.connection.receive(alert(2, 40), ms(network.now));
    network.run(network.now + 20_000);
    expect(server.ended).toEqual([]);
    client.connection.start(ms(network.now));
    network.run();
    expectConnected({ client, server });
  });

  test('records made of anything throw nothing and connect nobody', () => {
    const record = fc
      .record({
        type: fc.constantFrom(...Object.values(contentTypes)),
        version: fc.constantFrom(0xfefd, 0xfeff, 0xfe00),
        epoch: fc.constantFrom(0, 0, 0, 1, 2, 65_535),
        sequence: fc.constantFrom(0, 1, 5, 2 ** 48 - 1),
        fragment: fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc
            .record({
              type: fc.constantFrom(...Object.values(handshakeTypes)),
              sequence: fc.nat(8),
              body: fc.uint8Array({ maxLength: 200 }),
            })
            .map(({ type, sequence, body }) =>
              writeFragment({ type, sequence, length: body.length, offset: 0, bytes: body }),
            ),
        ),
      })
      .map(writeRecord);
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), fc.boolean(), (records, together) => {
        for (const end of Object.values(pairOf(certificates))) {
          end.connection.start(ms(0));
          for (const datagram of together ? [Buffer.concat(records)] : records) {
            end.connection.receive(datagram, ms(1));
          }
          expect(end.connected).toEqual([]);
          expect(end.received).toEqual([]);
          expect(end.ended.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a genuine flight with any bit flipped connects nobody whose keys differ, and throws nothing', () => {
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat(7),
        (which, where, bit) => {
          let datagrams = 0;
          const { client, server } = connectAmong((genuine) => {
            datagrams += 1;
            if (datagrams - 1 !== which) return [];
            const changed = new Uint8Array(genuine);
            const at = Math.floor(where * changed.length);
            changed[at] = changed[at]! ^ (1 << bit);
            return [changed];
          }, 40_000);
          const [ours, theirs] = [client.connected[0], server.connected[0]];
          if (ours && theirs) expect(ours).toEqual({ local: theirs.remote, remote: theirs.local });
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a flood of repeated hellos gets the flight again 16 times and no more', () => {
    const { client, server } = pairOf(certificates);
    for (const { connection } of [client, server]) connection.start(ms(0));
    for (let now = 0; now < 20; now += 1) server.connection.receive(client.sent[0]!, ms(now));
    expect(server.sent).toHaveLength(1); // a repetition that fast is a doubled datagram
    for (let now = 20; now < 29_000; now += 1) server.connection.receive(client.sent[0]!, ms(now));
    expect(server.sent).toHaveLength(1 + 16);
    expect(server.connection.state).toBe('handshaking');
  });
});

describe('after the handshake', () => {
  test('nothing in the clear has any effect: no alert, no hello, no flight again', () => {
    const { client, server } = connectedPair();
    const flights = [...client.sent, ...server.sent];
    const counts = [client.sent.length, server.sent.length];
    for (const { connection } of [client, server]) {
      for (let description = 0; description < 256; description += 1) {
        connection.receive(alert(2, description), ms(99_000));
        connection.receive(alert(1, description), ms(99_000));
      }
      for (const [index, datagram] of flights.entries())
        connection.receive(datagram, ms(99_000 + 100 * index));
      connection.receive(clear(contentTypes.changeCipherSpec, Uint8Array.of(1)), ms(99_999));
      connection.receive(clear(contentTypes.applicationData, Buffer.from('unlock')), ms(99_999));
      expect(connection.state).toBe('connected');
      expect(connection.deadline).toBeUndefined();
    }
    expect([client.sent.length, server.sent.length]).toEqual(counts);
    expect([client.received, server.received]).toEqual([[], []]);
    expect([client.ended, server.ended]).toEqual([[], []]);
  });

  test('another hello, in the clear and in full, has no effect on either role', () => {
    const { client, server, network } = connectedPair();
    const stranger = pairOf(certificates).client;
    stranger.connection.start(ms(0));
    const counts = [client.sent.length, server.sent.length];
    for (const { connection } of [client, server]) connection.receive(stranger.sent[0]!, ms(99_000));
    expect([client.sent.length, server.sent.length]).toEqual(counts);
    client.connection.send(Buffer.from('still here'));
    network.run();
    expect(server.received).toEqual(['still here']);
  });

  test('random records never reach anybody', () => {
    const { client, server } = connectedPair();
    const counts = [client.sent.length, server.sent.length];
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(contentTypes)),
        fc.nat(3),
        fc.nat(1_000),
        fc.uint8Array({ maxLength: 300 }),
        (type, epoch, sequence, fragment) => {
          for (const { connection } of [client, server]) {
            connection.receive(clear(type, fragment, sequence, epoch), ms(99_000));
            expect(connection.state).toBe('connected');
          }
        },
      ),
      { numRuns: 1_000 },
    );
    expect([client.sent.length, server.sent.length]).toEqual(counts);
    expect([client.received, server.received]).toEqual([[], []]);
  });

  test('a record is delivered once, however often and late it comes', () => {
    const { client, server } = connectedPair();
    client.outgoing = () => undefined;
    const from = client.sent.length;
    for (let number = 0; number < 100; number += 1) client.connection.send(Buffer.from(String(number)));
    const records = client.sent.slice(from);
    const order = [...records.slice(40), ...records, ...records.toReversed()];
    for (const record of order) server.connection.receive(record, ms(99_000));
    // 36 to 39 are within the 64 newest; what is older than the window is not taken.
    expect(server.received.toSorted((one, other) => Number(one) - Number(other))).toEqual(
      Array.from({ length: 64 }, (_, index) => String(36 + index)),
    );
  });

  test('a record with a flipped bit is dropped, and its number stays free for the right one', () => {
    const { client, server } = connectedPair();
    client.outgoing = () => undefined;
    client.connection.send(Buffer.from('data'));
    const record = client.sent.at(-1)!;
    for (let at = 0; at < record.length; at += 1) {
      server.connection.receive(new Uint8Array(record).with(at, record[at]! ^ 1), ms(99_000));
    }
    for (let length = 0; length < record.length; length += 1) {
      server.connection.receive(record.subarray(0, length), ms(99_000));
    }
    expect(server.received).toEqual([]);
    server.connection.receive(record, ms(99_000));
    expect(server.received).toEqual(['data']);
  });

  test('a client whose Finished was answered in vain gets the answer again, for its own repetition only', () => {
    const { client, server } = pairOf(certificates);
    let answers = 0;
    const network = new Network(client, server, (_, to) => {
      if (to === client) answers += 1;
      return to === client && answers > 1 ? [] : [1];
    });
    network.start();
    network.run(network.now + 50);
    expect([client.connected.length, server.connected.length]).toEqual([0, 1]);
    const [answered, said] = [server.sent.length, client.sent.at(-1)!];
    server.connection.receive(said, ms(network.now + 30)); // the same datagram, by whoever recorded it
    expect(server.sent).toHaveLength(answered);
    network.fate = () => [1];
    network.run();
    expect(client.connected).toHaveLength(1);
    expect(server.sent.length).toBeGreaterThan(answered);
    const last = readRecords(server.sent.at(-1)!);
    expect(last.map(({ type }) => type)).toEqual([contentTypes.changeCipherSpec, contentTypes.handshake]);
  });
});

test('a thousand handshakes that stop in the middle are bounded, and gone after 30 s', () => {
  const { client } = pairOf(certificates);
  client.connection.start(ms(0));
  const hello = client.sent[0]!;
  const flood = Array.from({ length: 20 }, (_, number) =>
    clear(
      contentTypes.handshake,
      writeFragment({
        type: 11,
        sequence: 1 + (number % 7),
        length: 16_000 - number,
        offset: 0,
        bytes: new Uint8Array(1_000),
      }),
    ),
  );
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const ends = Array.from({ length: 1_000 }, () => {
    const { server } = pairOf(certificates);
    server.connection.start(ms(0));
    server.connection.receive(hello, ms(0));
    for (const datagram of flood) server.connection.receive(datagram, ms(0));
    server.sent.length = 0;
    return server;
  });
  expect(ends.every(({ connection }) => connection.state === 'handshaking')).toBe(true);
  collectGarbage();
  const keptBytes = (process.memoryUsage().arrayBuffers - before) / ends.length;
  expect(keptBytes).toBeGreaterThan(16_000); // or the flood was none
  expect(keptBytes).toBeLessThan(64_000);
  for (const { connection } of ends) {
    while (connection.deadline !== undefined) connection.tick(connection.deadline);
  }
  expect(ends.every(({ ended }) => ended.length === 1 && ended[0]!.kind === 'timedOut')).toBe(true);
});
