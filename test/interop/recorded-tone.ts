import { readFile } from 'node:fs/promises';

/** Where the samples begin in a WAV file that has a format chunk and nothing else before them. */
const headerBytes = 44;
const sampleRate = 48_000;

/** The one tone in a recording of the device's speaker: its frequency, and how long it sounds without the silence. */
export async function recordedTone(path: string): Promise<{ readonly hz: number; readonly ms: number }> {
  const file = await readFile(path);
  const samples = new Int16Array(
    file.buffer.slice(file.byteOffset + headerBytes, file.byteOffset + (file.length & ~1)),
  );
  let sounding = 0;
  let crossings = 0;
  let before = 0;
  samples.forEach((sample, at) => {
    // One zero is a tone on its way across; the next one is silence.
    if (sample !== 0 || samples[at - 1] !== 0) sounding += 1;
    if (sample * before < 0) crossings += 1;
    if (sample !== 0) before = sample;
  });
  return {
    hz: sounding === 0 ? 0 : (crossings * sampleRate) / (2 * sounding),
    ms: (sounding * 1_000) / sampleRate,
  };
}
