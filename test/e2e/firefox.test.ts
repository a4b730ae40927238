import { afterAll } from 'vitest';
import { startFirefox } from '../browsers/firefox.ts';
import { missing, PulseServer } from '../media/sound/pulse-server.ts';
import { testViewer } from './suite.ts';

// Firefox's AudioContext runs only where there is something to play on, so to listen it gets a sound server.
const noPulse = missing('pulseaudio', 'pactl');
const pulse = noPulse ? undefined : new PulseServer();
afterAll(() => pulse?.dispose());

testViewer('Firefox', {
  start: () => startFirefox(),
  startListening: async () => {
    await pulse?.start();
    return startFirefox(pulse ? { env: pulse.env } : {});
  },
  // Its fake microphone is a tone of 1 kHz.
  microphoneHz: 1000,
  // Debian's has no H.264 in WebRTC: the plugin for it is a download of Mozilla's.
  expectedCodec: 'video/VP8',
  silentBecause: noPulse,
});
