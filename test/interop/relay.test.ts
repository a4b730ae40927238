import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../e2e/device.ts';
import { runClient } from './client.ts';
import { coturnMissing, startTurnServer, type TurnServer } from './coturn.ts';
import { buildPionClient, type PionClient, pionBuildDeadlineMs, pionMissing } from './pion-client.ts';
import { startWatchedDevice, whepUrl } from './watched-device.ts';

const missing = pionMissing ?? coturnMissing;
if (missing) console.log(`skipped: media over a relay: ${missing} (see bin/test)`);

/** A second of the test camera, whole: what is expected in either test. */
const wholePicture = { codec: 'video/H264', missing: 0, srtpProfile: 'SRTP_AEAD_AES_128_GCM' };

describe.skipIf(missing !== undefined)('media over a relay (coturn)', () => {
  let client: PionClient;
  let turn: TurnServer;
  beforeAll(async () => {
    client = buildPionClient();
    turn = await startTurnServer();
  }, pionBuildDeadlineMs);
  afterAll(async () => {
    await turn?.stop();
    client?.remove();
  });

  test('a viewer who may use nothing but a relay gets picture and sound from a device that knows no relay', async () => {
    const device = await startWatchedDevice();
    try {
      const met = await runClient([
        ...([client.program, '--url', whepUrl(device), '--audio', '--turn', turn.url] as const),
        ...['--turn-user', turn.username, '--turn-password', turn.password],
      ]);
      expect(met).toMatchObject({ ...wholePicture, localCandidate: 'relay' });
    } finally {
      await device.stop();
    }
  });

  describe('a device that is reached over its relay alone', () => {
    let device: Device;
    beforeAll(async () => {
      const { url, username, password: credential } = turn;
      device = await startWatchedDevice({ iceServers: [{ urls: url, username, credential }] });
    });
    afterAll(async () => device?.stop());

    for (const setup of ['actpass', 'passive']) {
      test(`shows picture and sound to a viewer who lets nothing else through, a=setup:${setup}`, async () => {
        const [low, high] = turn.relayPorts;
        const met = await runClient([
          ...([client.program, '--url', whepUrl(device), '--audio', '--setup', setup] as const),
          ...['--address', turn.address, '--only-ports', `${low}-${high}`],
        ]);
        expect(met).toMatchObject({ ...wholePicture, localCandidate: 'host' });
        // Learnt from a check where the answer came before the relay was there.
        expect(['relay', 'prflx']).toContain(met.remoteCandidate);
      });
    }
  });
});
