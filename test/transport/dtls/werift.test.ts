import { afterEach, expect, test } from 'vitest';
import { DtlsClient, DtlsServer, type DtlsSocket, UdpTransport } from 'werift';
import type { WallMs } from '../../../src/clock.ts';
import { makeDtlsCertificate, readDtlsCertificate } from '../../../src/transport/dtls/certificate.ts';
import { type SrtpKeyingMaterial, srtpProfiles } from '../../../src/transport/srtp/keys.ts';
import { makeCertificate } from './pair.ts';
import { UdpEnd } from './udp-end.ts';

const own = await makeCertificate();
const pem = await makeDtlsCertificate(Date.now() as WallMs);
const theirs = readDtlsCertificate(pem)!;
const [key, cert] = pem.split(/(?<=-----END PRIVATE KEY-----\n)/) as [string, string];
const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function ourEnd(role: 'client' | 'server') {
  const end = new UdpEnd({
    role,
    certificate: own,
    fingerprints: [theirs.fingerprint],
    srtpProfiles: [srtpProfiles.aeadAes128Gcm],
  });
  stops.push(() => end.stop());
  return end;
}

async function theirOptions() {
  const transport = await UdpTransport.init('udp4');
  stops.push(() => transport.close());
  return {
    transport,
    cert,
    key,
    srtpProfiles: [srtpProfiles.aeadAes128Gcm],
    signatureHash: { hash: 4, signature: 3 } as const,
    extendedMasterSecret: true,
    certificateRequest: true,
  };
}

async function agree(ours: SrtpKeyingMaterial | undefined, end: UdpEnd, other: DtlsSocket) {
  const { localKey, localSalt, remoteKey, remoteSalt } = other.extractSessionKeys(16, 12);
  expect(Buffer.from(ours!.local.key)).toEqual(remoteKey);
  expect(Buffer.from(ours!.local.salt)).toEqual(remoteSalt);
  expect(Buffer.from(ours!.remote.key)).toEqual(localKey);
  expect(Buffer.from(ours!.remote.salt)).toEqual(localSalt);
  const heard = Promise.withResolvers<string>();
  other.onData.subscribe((data) => heard.resolve(data.toString()));
  end.connection.send(Buffer.from('from us'));
  expect(await heard.promise).toBe('from us');
  await other.send(Buffer.from('from werift'));
  await end.hears('from werift');
}

test('werift as client connects to us with the same keys and data both ways', async () => {
  const end = ourEnd('server');
  const port = await end.start();
  const options = await theirOptions();
  options.transport.rinfo = { address: '127.0.0.1', port };
  const client = new DtlsClient(options);
  const connected = new Promise<void>((resolve) => client.onConnect.once(() => resolve()));
  await client.connect();
  const keys = await end.connected;
  await connected;
  await agree(keys, end, client);
});

test('werift as server connects to us with the same keys and data both ways', async () => {
  const end = ourEnd('client');
  const options = await theirOptions();
  const server = new DtlsServer(options);
  const connected = new Promise<void>((resolve) => server.onConnect.once(() => resolve()));
  await end.start(options.transport.port);
  const keys = await end.connected;
  await connected;
  await agree(keys, end, server);
});
