import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../e2e/device.ts';
import { type Command, runClient } from './client.ts';
import { camera, startWatchedDevice, whepUrl } from './watched-device.ts';

/** Another WebRTC stack, as a WHEP client. */
export interface Stack {
  /** Why it cannot run here; undefined where it can. */
  readonly missing: string | undefined;
  /** Makes what {@link command} runs. */
  prepare?(): void;
  /** Gives it back. */
  remove?(): void;
  /** How long {@link prepare} may take. */
  readonly prepareDeadlineMs?: number;
  command(...args: string[]): Command;
  /** What it agrees on with us, who prefer AES-GCM. */
  readonly srtpProfile: 'SRTP_AEAD_AES_128_GCM' | 'SRTP_AES128_CM_HMAC_SHA1_80';
  /** It decodes picture and sound, and so can tell their size and frequency. */
  readonly decodes: boolean;
}

/** Frames to wait for: a second of the test camera. */
const frames = 30;

/** What every stack does: watch in both codecs and listen, in both parts of DTLS. */
export function testStack(name: string, stack: Stack): void {
  if (stack.missing) console.log(`skipped: ${name}: ${stack.missing} (see bin/test)`);
  describe.skipIf(stack.missing !== undefined)(`${name} watches and listens`, () => {
    let device: Device;
    beforeAll(async () => {
      stack.prepare?.();
      device = await startWatchedDevice();
    }, stack.prepareDeadlineMs);
    afterAll(async () => {
      await device?.stop();
      stack.remove?.();
    });

    const parts = [
      { setup: 'actpass', answer: 'passive', role: 'client' },
      { setup: 'passive', answer: 'active', role: 'server' },
    ] as const;
    for (const codec of ['H264', 'VP8'] as const) {
      for (const { setup, answer, role } of parts) {
        test(`${codec} and Opus, with its offer a=setup:${setup}, as the DTLS ${role}`, async () => {
          const met = await runClient(
            stack.command(
              ...['--url', whepUrl(device), '--codec', codec, '--setup', setup],
              ...['--audio', '--frames', String(frames)],
            ),
          );
          expect(met).toMatchObject({
            answerSetup: answer,
            dtlsRole: role,
            srtpProfile: stack.srtpProfile,
            codec: `video/${codec}`,
          });
          expect(met.frames).toBeGreaterThanOrEqual(frames);
          expect(met.audioPackets).toBeGreaterThanOrEqual(frames);
          if (stack.decodes) {
            expect(met).toMatchObject({ width: camera.width, height: camera.height });
            expect(Math.abs((met.toneHz ?? 0) - camera.toneHz)).toBeLessThan(20);
          }
          expect(await device.metric('vedette_viewers')).toBe(0);
        });
      }
    }
  });
}
