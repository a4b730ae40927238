import { startFirefox } from '../browsers/firefox.ts';
import { testViewer } from './suite.ts';

testViewer('Firefox', {
  start: startFirefox,
  // Its fake microphone is a tone of 1 kHz.
  microphoneHz: 1000,
  // Debian's has no H.264 in WebRTC: the plugin for it is a download of Mozilla's.
  expectedCodec: 'video/VP8',
  // Without a sound card its AudioContext stays suspended, so there is nothing to analyse.
  analysesSound: false,
});
