import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../e2e/device.ts';
import { until } from '../e2e/until.ts';
import { type ClientReport, runClient } from './client.ts';
import { ownAddress } from './own-address.ts';
import { buildPionClient, type PionClient, pionBuildDeadlineMs, pionMissing } from './pion-client.ts';
import { recordedTone } from './recorded-tone.ts';
import { testStack } from './stack-contract.ts';
import { camera, startWatchedDevice, whepUrl } from './watched-device.ts';

let client: PionClient;
if (!pionMissing)
  beforeAll(() => {
    client = buildPionClient();
  }, pionBuildDeadlineMs);
afterAll(() => client?.remove());

testStack('Pion', {
  missing: pionMissing,
  command: (...args) => [client.program, ...args],
  srtpProfile: 'SRTP_AEAD_AES_128_GCM',
  decodes: false,
});

describe.skipIf(pionMissing !== undefined)('a viewer over Pion', () => {
  let device: Device;
  beforeAll(async () => {
    device = await startWatchedDevice();
  });
  afterAll(async () => device?.stop());

  const run = (...args: string[]): Promise<ClientReport> =>
    runClient([client.program, '--url', whepUrl(device), ...args]);

  test('that offers to be the DTLS client and nothing else is answered as it wants', async () => {
    expect(await run('--setup', 'active')).toMatchObject({ answerSetup: 'passive', dtlsRole: 'client' });
  });

  for (const setup of ['actpass', 'passive']) {
    test(`that is an ICE lite agent, a=setup:${setup}, leaves the checks to the device`, async () => {
      const met = await run('--lite', '--setup', setup);
      expect(met).toMatchObject({ iceRole: 'controlled', missing: 0 });
      expect(met.frames).toBeGreaterThanOrEqual(30);
    });

    for (const [profile, name] of [
      ['gcm', 'SRTP_AEAD_AES_128_GCM'],
      ['cm', 'SRTP_AES128_CM_HMAC_SHA1_80'],
    ] as const) {
      test(`that knows ${name} alone gets it, a=setup:${setup}`, async () => {
        expect(await run('--profile', profile, '--setup', setup)).toMatchObject({ srtpProfile: name });
      });
    }
  }

  for (const family of ['IPv4', 'IPv6'] as const) {
    // The reason is in the test's name.
    const address = ownAddress(family);
    test.skipIf(!address)(
      `on a network of ${family} alone gets a whole picture${address ? '' : ' (this machine has no such address)'}`,
      async () => {
        expect(await run('--family', family)).toMatchObject({ missing: 0 });
      },
    );
  }

  test('hears the full state first on the events channel, and is answered there', async () => {
    const { events = [] } = await run(
      ...['--events', '2', '--say', JSON.stringify({ type: 'talk', feed: camera.feed, on: true })],
    );
    expect(events[0]).toMatchObject({ type: 'state', feeds: [{ feed: camera.feed }], watching: 1 });
    // Its offer has no sound to talk by.
    expect(events).toContainEqual(expect.objectContaining({ type: 'talk-refused', feed: camera.feed }));
    expect(events.at(-1)).toEqual({ type: 'goodbye', reason: 'the viewer left' });
  });

  test('that says what it hears is heard at the speaker', async () => {
    const { events = [] } = await run(
      ...['--talk', '--audio', '--frames', '90', '--events', '3'],
      ...['--say', JSON.stringify({ type: 'talk', feed: camera.feed, on: true })],
    );
    const talking = { talk: expect.objectContaining({ state: 'talking' }) };
    expect(events).toContainEqual(expect.objectContaining({ status: expect.objectContaining(talking) }));
    const { hz, ms } = await recordedTone(`${device.folder}/speaker.wav`);
    expect(ms).toBeGreaterThan(1_000);
    // It begins and ends somewhere in a wave.
    expect(Math.abs(hz - camera.toneHz)).toBeLessThan(50);
  });

  test('restarts ICE by PATCH from other sockets, and goes on watching', async () => {
    const met = await run('--restart', '--audio');
    expect(met.newCredentials).toBe(true);
    expect(met.frames).toBeGreaterThanOrEqual(60);
  });

  test('leaves nobody watching', async () => {
    await until(async () => (await device.metric('vedette_viewers')) === 0);
  });
});
