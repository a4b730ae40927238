import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Samples a second that a recording is read at: enough for the tones of the tests. */
const rate = 8_000;
/** Of the end of a recording, ms: the beginning may be silence. */
const windowMs = 500;

/** The frequency, Hz, of the last half second of a sound file; undefined while there is no tone in it. */
export async function frequencyOf(path: string): Promise<number | undefined> {
  const ffmpeg = promisify(execFile);
  // A file that is still being written has no length in its header yet; ffmpeg reads what is there.
  const { stdout } = await ffmpeg(
    'ffmpeg',
    [
      '-v',
      'quiet',
      '-ignore_length',
      '1',
      '-i',
      path,
      '-ac',
      '1',
      '-ar',
      String(rate),
      '-f',
      's16le',
      'pipe:1',
    ],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  ).catch(() => ({ stdout: Buffer.alloc(0) }));
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, Math.floor(stdout.length / 2)).slice(
    -(rate * windowMs) / 1000,
  );
  if (samples.length < (rate * windowMs) / 1000) return undefined;
  const power = (hz: number): number => {
    let re = 0;
    let im = 0;
    samples.forEach((sample, at) => {
      const angle = (2 * Math.PI * hz * at) / rate;
      re += sample * Math.cos(angle);
      im += sample * Math.sin(angle);
    });
    return Math.hypot(re, im) / samples.length;
  };
  const candidates = Array.from({ length: 380 }, (_, place) => 100 + place * 10);
  const loudest = candidates.reduce((best, hz) => (power(hz) > power(best) ? hz : best));
  // 100 of 32,768 is 50 dB below full scale: quieter is no tone.
  return power(loudest) > 100 ? loudest : undefined;
}
