import { expect, test } from 'vitest';
import { chromiumPath, startChromium } from '../browsers/chromium.ts';
import { startDevice } from './device.ts';
import { until } from './until.ts';

declare global {
  interface Window {
    talker: RTCPeerConnection;
  }
}

/** A WHEP player with its microphone on, to be run inside a page. */
async function talk(url: string): Promise<number> {
  const pc = new RTCPeerConnection();
  window.talker = pc;
  pc.addTransceiver('video', { direction: 'recvonly' });
  const { track } = await navigator.mediaDevices
    .getUserMedia({ audio: true })
    .then((stream) => ({ track: stream.getAudioTracks()[0] as MediaStreamTrack }));
  pc.addTransceiver(track, { direction: 'sendrecv' });
  await pc.setLocalDescription();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/sdp' },
    body: pc.localDescription?.sdp ?? '',
  });
  await pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  return response.status;
}

/** What our reports told the browser of its voice; undefined before the first with a round trip. */
async function reported() {
  const stats = [...(await window.talker.getStats()).values()];
  const report = stats.find(({ type, kind }) => type === 'remote-inbound-rtp' && kind === 'audio');
  if (report?.roundTripTime === undefined) return undefined;
  return {
    packetsLost: report.packetsLost as number,
    jitterS: report.jitter as number,
    roundTripS: report.roundTripTime as number,
  };
}

test('a browser that talks learns from our reports how its voice arrives', async () => {
  const device = await startDevice(({ folder }) => ({
    device: 'e2e',
    cameras: {
      'front-door': {
        kind: 'test',
        width: 320,
        height: 180,
        microphone: { kind: 'test', frequency: 1_000 },
        speaker: { kind: 'file', path: `${folder}/speaker.wav` },
      },
    },
  }));
  // The whole browser: the other's fake microphone was not heard every time.
  const browser = await startChromium({ program: chromiumPath });
  try {
    const page = await browser.newPage();
    await page.goto(device.url);
    expect(await page.evaluate(talk, '/whep/front-door')).toBe(201);
    await until(async () => (await page.evaluate(reported, undefined)) !== undefined);
    const report = await page.evaluate(reported, undefined);
    // Of a machine with itself; what is in the wrong unit would be far from it.
    expect(report?.packetsLost).toBeLessThan(50);
    expect(report?.jitterS).toBeLessThan(1);
    expect(report?.roundTripS).toBeGreaterThan(0);
    expect(report?.roundTripS).toBeLessThan(2);
  } finally {
    await browser.close();
    await device.stop();
  }
});
