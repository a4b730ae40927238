/** Holes of the pinned werift, as docs/upstream tells them. A test that fails here says that one is closed: update it. */
import { expect, test } from 'vitest';
import {
  clientAddress,
  DtlsPair,
  handshakeMessage,
  messagesAt,
  newIdentity,
  record,
  serverAddress,
  settled,
} from './wire.ts';

const victim = await newIdentity();
const other = await newIdentity();
/** What anybody has who once met the victim: its certificate. The key is another's. */
const impostor = { certPem: victim.certPem, keyPem: other.keyPem };

const [handshakeType, alertType] = [22, 21];
const [clientHello, certificate, certificateVerify, finished] = [1, 11, 15, 20];
/** RFC 5246, 7.4.2: a list of one. */
function certificateList(der: Buffer): Buffer {
  const lengths = Buffer.alloc(6);
  lengths.writeUIntBE(der.length + 3, 0, 3);
  lengths.writeUIntBE(der.length, 3, 3);
  return Buffer.concat([lengths, der]);
}

const isRecord = (datagram: Buffer, type: number, epoch: number) =>
  datagram[0] === type && datagram.readUInt16BE(3) === epoch;
const isMessage = (datagram: Buffer, type: number) =>
  isRecord(datagram, handshakeType, 0) && datagram[13] === type;

test('two honest peers connect, and data goes both ways', async () => {
  const pair = await new DtlsPair(victim, other).connect();
  const [atClient, atServer] = [messagesAt(pair.client), messagesAt(pair.server)];
  await pair.client.send(Buffer.from('to the server'));
  await pair.server.send(Buffer.from('to the client'));
  await settled();
  expect([atClient, atServer]).toEqual([['to the client'], ['to the server']]);
});

test('hole: a server with a copy of a certificate, and not its key, is accepted', async () => {
  const pair = new DtlsPair(other, impostor);
  expect(await pair.handshake('client')).toBe('connected');
});

test('hole: a client with a copy of a certificate, and not its key, is accepted', async () => {
  const pair = new DtlsPair(impostor, other);
  expect(await pair.handshake('server')).toBe('connected');
});

test.each(['client', 'server'] as const)('hole: the %s accepts a Finished of zeros', async (side) => {
  const pair = new DtlsPair(victim, other);
  const liar = side === 'client' ? pair.server : pair.client;
  liar.cipher.verifyData = () => Buffer.alloc(12);
  expect(await pair.handshake(side)).toBe('connected');
});

test('hole: one Finished in the clear and the client thinks itself connected', async () => {
  const pair = new DtlsPair(victim, other);
  pair.network.carries = (_, from) => from !== clientAddress; // the server hears nothing
  const outcome = pair.handshake('client');
  pair.forge('client', record(handshakeType, handshakeMessage(finished, 7, Buffer.alloc(12))));
  const silence = settled().then(() => 'still waiting');
  expect(await Promise.race([outcome, silence])).toBe('connected');
});

test('hole: a certificate sent after the signature takes the place of the one that signed', async () => {
  const pair = new DtlsPair(other, other); // a server that proves its own certificate …
  const { localCert } = new DtlsPair(victim, victim).server.cipher;
  const late = record(handshakeType, handshakeMessage(certificate, 2, certificateList(localCert)));
  pair.network.carries = (datagram, from) => {
    if (from === serverAddress && isRecord(datagram, handshakeType, 1)) {
      pair.network.carries = () => true;
      pair.forge('client', late); // … and shows the victim's just before Finished
    }
    return true;
  };
  await pair.handshake('client');
  expect(pair.client.remoteCertificate).toEqual(localCert);
});

test('hole: data is taken from a client that proved nothing', async () => {
  const pair = new DtlsPair(impostor, other);
  const messages = messagesAt(pair.server);
  pair.network.carries = (datagram, from) =>
    from !== clientAddress ||
    !(isMessage(datagram, certificateVerify) || isRecord(datagram, handshakeType, 1));
  void pair.handshake('server');
  await settled(40);
  await pair.client.send(Buffer.from('open the door'));
  await settled();
  expect(pair.server.connected).toBe(false);
  expect(messages).toEqual(['open the door']);
});

test('hole: one datagram of 15 bytes in the clear ends a connection', async () => {
  const pair = await new DtlsPair(victim, other).connect();
  let closed = false;
  pair.client.onClose.once(() => {
    closed = true;
  });
  const closeNotify = record(alertType, Buffer.from([1, 0]));
  expect(closeNotify).toHaveLength(15);
  pair.forge('client', closeNotify);
  await settled();
  expect(closed).toBe(true);
});

test('hole: one empty datagram of an unknown type ends a connection', async () => {
  const pair = await new DtlsPair(victim, other).connect();
  let closed = false;
  pair.client.onClose.once(() => {
    closed = true;
  });
  pair.forge('client', record(25, Buffer.alloc(0)));
  await settled();
  expect(closed).toBe(true);
});

test('hole: a ClientHello in the clear after the handshake makes the server throw its keys away', async () => {
  const pair = await new DtlsPair(victim, other).connect();
  const messages = messagesAt(pair.server);
  const hello = pair.network.sent.find(({ datagram }) => isMessage(datagram, clientHello))!.datagram;
  pair.forge('server', hello);
  await settled();
  await pair.client.send(Buffer.from('still there?'));
  await settled();
  expect({ connected: pair.server.connected, messages }).toEqual({ connected: false, messages: [] });
});

test('hole: the record of the Finished and a later one have the same number, so AES-GCM the same nonce', async () => {
  const pair = await new DtlsPair(victim, other).connect();
  for (let message = 0; message < 8; message++) await pair.client.send(Buffer.from('data'));
  const nonces = pair.network.sent
    .filter(({ datagram, from }) => from === clientAddress && datagram.readUInt16BE(3) === 1)
    .map(({ datagram }) => datagram.toString('hex', 13, 21));
  expect(nonces).toHaveLength(9);
  expect(new Set(nonces).size).toBe(8);
});

test('hole: a record that is sent again is delivered again', async () => {
  const pair = await new DtlsPair(victim, other).connect();
  const messages = messagesAt(pair.server);
  await pair.client.send(Buffer.from('open the door'));
  const { datagram } = pair.network.sent.at(-1)!;
  for (let again = 0; again < 5; again++) pair.forge('server', datagram);
  await settled();
  expect(messages).toHaveLength(6);
});
