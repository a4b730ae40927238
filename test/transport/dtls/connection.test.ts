import { expect, test } from 'vitest';
import { contentTypes, readRecords } from '../../../src/transport/dtls/record.ts';
import { srtpProfiles } from '../../../src/transport/srtp/keys.ts';
import { makeCertificate, ms, Network, pairOf } from './pair.ts';

const certificates = [await makeCertificate(), await makeCertificate()] as const;

test('two ends connect with the same keys, carry data both ways and say goodbye', () => {
  const { client, server } = pairOf(certificates);
  const network = new Network(client, server);
  network.connect();
  expect([client.ended, server.ended]).toEqual([[], []]);
  expect([client.connected.length, server.connected.length]).toEqual([1, 1]);
  expect(client.connected[0]!.local).toEqual(server.connected[0]!.remote);
  expect(client.connected[0]!.remote).toEqual(server.connected[0]!.local);
  expect(client.connected[0]!.local.key).not.toEqual(client.connected[0]!.remote.key);
  expect(client.connection.send(Buffer.from('ping'))).toBe(true);
  expect(server.connection.send(Buffer.from('pong'))).toBe(true);
  network.run();
  expect([client.received, server.received]).toEqual([['pong'], ['ping']]);
  client.connection.close();
  client.connection.close();
  const before = server.sent.length;
  network.run();
  const [goodbye] = server.sent.slice(before).flatMap(readRecords);
  expect(goodbye).toMatchObject({ type: contentTypes.alert, epoch: 1 });
  expect(client.ended).toEqual([{ kind: 'closed' }]);
  expect(server.ended).toEqual([{ kind: 'closedByPeer' }]);
  expect([client.connection.send(Buffer.from('x')), server.connection.send(Buffer.from('x'))]).toEqual([
    false,
    false,
  ]);
});

test('a handshake takes two datagrams from each side, and two round trips', () => {
  const { client, server } = pairOf(certificates);
  const network = new Network(client, server, () => [20]);
  network.start();
  network.run(network.now + 79);
  expect([client.connected.length, server.connected.length]).toEqual([0, 1]);
  network.run(network.now + 1);
  expect(client.connected).toHaveLength(1);
  expect([client.sent.length, server.sent.length]).toEqual([2, 2]);
  for (const datagram of [...client.sent, ...server.sent]) expect(datagram.length).toBeLessThanOrEqual(1_200);
});

test('the server chooses the SRTP profile by its own order', () => {
  const { aes128CmSha1, aeadAes128Gcm, aeadAes256Gcm } = srtpProfiles;
  const [clients, servers] = [
    [aes128CmSha1, aeadAes128Gcm],
    [aeadAes256Gcm, aeadAes128Gcm, aes128CmSha1],
  ];
  const { client } = pairOf(certificates, { srtpProfiles: clients });
  const { server } = pairOf(certificates, { srtpProfiles: servers });
  new Network(client, server).connect();
  expect(client.connected[0]?.local.profile).toBe(aeadAes128Gcm);
  expect(server.connected[0]?.local.profile).toBe(aeadAes128Gcm);
});

test.each([
  [srtpProfiles.aes128CmSha1, 16, 14],
  [srtpProfiles.aeadAes128Gcm, 16, 12],
  [srtpProfiles.aeadAes256Gcm, 32, 12],
])('profile %i gets its master keys of %i and salts of %i bytes', (profile, key, salt) => {
  const { client, server } = pairOf(certificates, { srtpProfiles: [profile] });
  new Network(client, server).connect();
  const { local, remote } = client.connected[0]!;
  expect([local.key.length, local.salt.length, remote.key.length, remote.salt.length]).toEqual([
    key,
    salt,
    key,
    salt,
  ]);
  expect(server.connected[0]).toEqual({ local: remote, remote: local });
});

test('ends without a common SRTP profile connect for data alone', () => {
  const { client } = pairOf(certificates, { srtpProfiles: [srtpProfiles.aes128CmSha1] });
  const { server } = pairOf(certificates, { srtpProfiles: [srtpProfiles.aeadAes128Gcm] });
  new Network(client, server).connect();
  expect([client.connected, server.connected]).toEqual([[undefined], [undefined]]);
});

test('nothing can be sent before it is connected, and nothing longer than a record after', () => {
  const { client, server } = pairOf(certificates);
  expect(client.connection.send(Buffer.from('early'))).toBe(false);
  const network = new Network(client, server);
  network.start();
  expect(client.connection.send(Buffer.from('early'))).toBe(false);
  network.run();
  expect(client.connection.send(new Uint8Array(0x4000))).toBe(true);
  expect(client.connection.send(new Uint8Array(0x4001))).toBe(false);
  network.run();
  expect(server.received.map(({ length }) => length)).toEqual([0x4000]);
});

test('an end that is not started hears nothing, and closes without a word', () => {
  const { client, server } = pairOf(certificates);
  client.connection.start(ms(0));
  server.connection.receive(client.sent[0]!, ms(0));
  expect(server.sent).toEqual([]);
  server.connection.start(ms(0));
  server.connection.close();
  expect(server.sent).toEqual([]);
  expect(server.ended).toEqual([{ kind: 'closed' }]);
});

test('a peer that never answers is given up after 30 s, and asked ever less often', () => {
  const { client } = pairOf(certificates);
  client.connection.start(ms(0));
  const times: number[] = [];
  client.outgoing = () => times.push(now);
  let now = 0;
  while (client.connection.deadline !== undefined) {
    now = client.connection.deadline;
    client.connection.tick(ms(now));
  }
  expect(now).toBe(30_000);
  expect(client.ended).toEqual([{ kind: 'timedOut' }]);
  expect(times.slice(0, 6)).toEqual([100, 300, 700, 1500, 3100, 5100]);
  expect(times.length).toBeLessThan(20);
});

test('a known round trip makes the first repetition sooner or later', () => {
  const firstOf = (roundTripMs: number) => {
    const { client } = pairOf(certificates, { roundTripMs });
    client.connection.start(ms(0));
    return client.connection.deadline;
  };
  expect([0.2, 40, 150, 5_000].map(firstOf)).toEqual([50, 80, 300, 400]);
});

test('the records of a session have numbers that are never used twice', () => {
  const { client, server } = pairOf(certificates);
  const counts = { toClient: 0, toServer: 0 };
  const network = new Network(client, server, (_, to) => {
    const direction = to === client ? 'toClient' : 'toServer';
    counts[direction] += 1;
    return counts[direction] % 2 === 0 ? [5] : []; // every other is lost, so that much is repeated
  });
  network.connect();
  network.fate = () => [1];
  network.run();
  for (let message = 0; message < 10; message += 1) client.connection.send(Buffer.from('data'));
  client.connection.close();
  expect(client.connected).toHaveLength(1);
  for (const { sent } of [client, server]) {
    const numbers = sent.flatMap(readRecords).map(({ epoch, sequence }) => `${epoch}.${sequence}`);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
});

test('data that overtakes the last handshake message is kept for after it', () => {
  const { client, server } = pairOf(certificates);
  const network = new Network(client, server, (datagram, to) =>
    to === client && readRecords(datagram)[0]?.type !== contentTypes.applicationData ? [30] : [1],
  );
  network.start();
  while (server.connected.length === 0) network.run(network.now + 1);
  expect(client.connected).toHaveLength(0);
  server.connection.send(Buffer.from('one'));
  server.connection.send(Buffer.from('two'));
  network.run(network.now + 10);
  expect(client.received).toEqual([]);
  network.run();
  expect(client.connected).toHaveLength(1);
  expect(client.received).toEqual(['one', 'two']);
});
