import { sampleRate } from '../frame.ts';

/** Bytes in front of the samples. */
export const wavHeaderBytes = 44;
const bytesPerSample = 2;

/**
 * The header of a WAV file of 48 kHz mono s16le.
 *
 * ```
 *  0 "RIFF"  4 size of the rest   8 "WAVE"
 * 12 "fmt " 16 size 16           20 format 1 (PCM)    22 channels
 * 24 rate   28 bytes a second    32 bytes a frame     34 bits a sample
 * 36 "data" 40 size of samples   44 samples
 * ```
 */
export function wavHeader(dataBytes: number): Uint8Array {
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE((wavHeaderBytes - 8 + dataBytes) % 2 ** 32, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * bytesPerSample, 28);
  header.writeUInt16LE(bytesPerSample, 32);
  header.writeUInt16LE(8 * bytesPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes % 2 ** 32, 40);
  return header;
}
