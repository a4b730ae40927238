import { expect, test } from 'vitest';
import { End, makeCertificate, Network } from './pair.ts';

const [clientCertificate, serverCertificate] = [await makeCertificate(), await makeCertificate()];

function pair() {
  const client = new End({
    role: 'client',
    certificate: clientCertificate,
    fingerprints: [serverCertificate.fingerprint],
  });
  const server = new End({
    role: 'server',
    certificate: serverCertificate,
    fingerprints: [clientCertificate.fingerprint],
  });
  return { client, server };
}

test('two ends connect with the same keys and carry data both ways', () => {
  const { client, server } = pair();
  const network = new Network(client, server);
  network.connect();
  expect([client.ended, server.ended]).toEqual([[], []]);
  expect(client.connected).toHaveLength(1);
  expect(server.connected).toHaveLength(1);
  expect(client.connected[0]!.local).toEqual(server.connected[0]!.remote);
  expect(client.connected[0]!.remote).toEqual(server.connected[0]!.local);
  expect(client.connection.send(Buffer.from('ping'))).toBe(true);
  expect(server.connection.send(Buffer.from('pong'))).toBe(true);
  network.run();
  expect([client.received, server.received]).toEqual([['pong'], ['ping']]);
  client.connection.close();
  network.run();
  expect(client.ended).toEqual([{ kind: 'closed' }]);
  expect(server.ended).toEqual([{ kind: 'closedByPeer' }]);
});
