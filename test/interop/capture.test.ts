import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../e2e/device.ts';
import { capture, captureMissing, type Dissected, dissect } from './capture.ts';
import { type ClientReport, runClient } from './client.ts';
import { freeUdpPort } from './free-port.ts';
import { buildPionClient, type PionClient, pionBuildDeadlineMs, pionMissing } from './pion-client.ts';
import { camera, startWatchedDevice, whepUrl } from './watched-device.ts';

const missing = pionMissing ?? captureMissing;
if (missing) console.log(`skipped: a session on the wire: ${missing} (see bin/test)`);

/** USERNAME is not: it is in requests alone (RFC 8489, 14). */
const stun = { messageIntegrity: 0x0008, fingerprint: 0x8028 } as const;
/** Content types of DTLS records (RFC 5246, 6.2.1). */
const dtls = { changeCipherSpec: 20, handshake: 22 } as const;
const samples = 50;

describe.skipIf(missing !== undefined)('a session on the wire', () => {
  let client: PionClient;
  let device: Device;
  let port: number;
  let met: ClientReport;
  let datagrams: readonly Dissected[];

  const of = (...protocols: string[]): readonly Dissected[] =>
    datagrams.filter(({ protocol }) => protocols.includes(protocol));

  beforeAll(async () => {
    client = buildPionClient();
    device = await startWatchedDevice();
    port = await freeUdpPort();
    const file = join(device.folder, 'session.pcapng');
    const capturing = await capture(`udp port ${port}`, file);
    try {
      met = await runClient([
        ...([client.program, '--url', whepUrl(device), '--port', String(port), '--audio'] as const),
        ...['--events', '1', '--samples', String(samples)],
      ]);
    } finally {
      await capturing.stop();
    }
    datagrams = await dissect(file);
  }, pionBuildDeadlineMs);

  afterAll(async () => {
    await device?.stop();
    client?.remove();
  });

  test('is STUN, DTLS, SRTP and SRTCP, and nothing else', () => {
    expect(new Set(datagrams.map(({ protocol }) => protocol))).toEqual(
      new Set(['stun', 'dtls', 'rtp', 'rtcp']),
    );
    expect(of('rtp').length).toBeGreaterThanOrEqual(met.packets ?? 0);
  });

  test('has a proof of its sender in every STUN message', () => {
    for (const { stunAttributes } of of('stun'))
      expect(stunAttributes).toEqual(expect.arrayContaining([stun.messageIntegrity, stun.fingerprint]));
  });

  test('has nothing but the handshake in clear in DTLS', () => {
    for (const { dtlsTypes, dtlsEpochs } of of('dtls')) {
      expect(dtlsTypes.length).toBe(dtlsEpochs.length);
      dtlsTypes.forEach((type, at) => {
        if (dtlsEpochs[at] === 0) expect([dtls.handshake, dtls.changeCipherSpec]).toContain(type);
      });
    }
  });

  test('has no media before both ends have finished the handshake', () => {
    const finished = [true, false].map((fromClient) =>
      datagrams.findIndex(
        ({ sourcePort, dtlsEpochs }) => (sourcePort === port) === fromClient && dtlsEpochs.includes(1),
      ),
    );
    expect(Math.min(...finished)).toBeGreaterThan(0);
    const media = datagrams.findIndex(({ protocol }) => protocol === 'rtp' || protocol === 'rtcp');
    expect(media).toBeGreaterThan(Math.max(...finished));
  });

  test('has no payload of RTP in clear', () => {
    expect(met.samples).toHaveLength(samples);
    for (const sample of met.samples ?? []) {
      const opened = Buffer.from(sample, 'hex');
      expect(of('rtp').some(({ payload }) => payload.includes(opened))).toBe(false);
    }
  });

  test('has no RTCP in clear', () => {
    expect(met.srtpProfile).toBe('SRTP_AEAD_AES_128_GCM');
    // The last word of SRTCP is E and its index, and E says encrypted (RFC 7714, 9.2).
    for (const { payload } of of('rtcp')) expect(payload.readUInt32BE(payload.length - 4) >>> 31).toBe(1);
  });

  test('has no word of the events channel in clear', () => {
    expect(JSON.stringify(met.events)).toContain(camera.feed);
    expect(datagrams.some(({ payload }) => payload.includes(camera.feed))).toBe(false);
  });
});
