import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { chromiumPath, startChromium } from '../browsers/chromium.ts';
import { testViewer } from './suite.ts';

/** Unlike the device's own tone, so that what is heard tells where it came from. */
const microphoneHz = 440;

const folder = mkdtempSync(join(tmpdir(), 'vedette-chromium-'));
const microphone = join(folder, 'voice.wav');
const tone = `sine=${microphoneHz}:duration=5:sample_rate=48000`;
execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', tone, '-ac', '1', microphone]);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

testViewer('Chromium', {
  // The whole browser, window and all, as people have it.
  start: () => startChromium({ microphone, program: chromiumPath }),
  microphoneHz,
  expectedCodec: 'video/H264',
});
