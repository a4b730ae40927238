import { access, constants } from 'node:fs/promises';
import { VedetteError } from '../../errors.ts';
import { describeExit, findFfmpeg, spawnFfmpeg } from '../ffmpeg.ts';
import { blockSamples, sampleRate } from '../frame.ts';
import { createOpusEncoder } from './opus.ts';

/** What the device itself may say: a file, or words. */
export interface SoundText {
  readonly file?: string | undefined;
  readonly say?: string | undefined;
}

/** A whole sound, ready to be played: Opus packets of 20 ms. */
export type LoadedSound = readonly Uint8Array[];

/** The longest sound, s: it lies in memory, about 5 kB a second. */
const longestS = 120;
/** Decoding, or speaking, takes a fraction of that; what takes longer hangs. */
const deadlineMs = 30_000;
/** One block, in bytes. */
const blockBytes = blockSamples * 2;
/** The clearest of the voices that flite brings. */
const voice = 'slt';

/** What to call a sound in messages. */
export function nameOf({ file, say }: SoundText): string {
  return file ?? `"${say ?? ''}"`;
}

/**
 * Decodes a file, or speaks words, and encodes it for the speaker. The first two minutes of it.
 *
 * @throws VedetteError `action/bad-sound`, `action/no-speech`, `ffmpeg/missing`
 */
export async function loadSound(sound: SoundText): Promise<LoadedSound> {
  const encoder = await createOpusEncoder();
  const packets: Uint8Array[] = [];
  const ffmpeg = spawnFfmpeg([
    ...(await inputArgs(sound)),
    ...['-map', '0:a:0', '-t', String(longestS), '-ac', '1', '-ar', String(sampleRate)],
    ...['-f', 's16le', 'pipe:1'],
  ]);
  const hung = setTimeout(() => void ffmpeg.stop(), deadlineMs);
  try {
    let rest = Buffer.alloc(0);
    for await (const chunk of ffmpeg.stdout as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= blockBytes) {
        packets.push(encoder.encode(blockOf(rest)));
        rest = rest.subarray(blockBytes);
      }
    }
    if (rest.length > 0) packets.push(encoder.encode(blockOf(rest)));
    const exit = await ffmpeg.gone;
    if (packets.length === 0 || exit.code !== 0) {
      const detail = describeExit(exit, ffmpeg.lastLines());
      throw new VedetteError('action/bad-sound', { sound: nameOf(sound), detail });
    }
    return packets;
  } finally {
    clearTimeout(hung);
    encoder.free();
    await ffmpeg.stop();
  }
}

/**
 * Whether a sound can be played here; opens it, but hears nothing.
 *
 * @throws VedetteError `action/bad-sound`, `action/no-speech`, `ffmpeg/missing`
 */
export async function checkSound(sound: SoundText): Promise<void> {
  await inputArgs(sound);
}

async function inputArgs({ file, say }: SoundText): Promise<readonly string[]> {
  if (file !== undefined) {
    await access(file, constants.R_OK).catch((error: Error) => {
      throw new VedetteError('action/bad-sound', { sound: file, detail: error.message });
    });
    // `file:` keeps ffmpeg from taking a name like `concat:…` for a protocol.
    return ['-i', `file:${file}`];
  }
  if (!(await canSpeak())) throw new VedetteError('action/no-speech');
  return ['-f', 'lavfi', '-i', `flite=voice=${voice}:text=${escaped(say ?? '')}`];
}

/** By ffmpeg's own rules (ffmpeg-utils, *Quoting and escaping*; ffmpeg-filters): an option's value, in a graph. */
function escaped(text: string): string {
  const value = text.replace(/[\r\n]+/g, ' ').replace(/[\\':]/g, '\\$&');
  return value.replace(/[\\'[\],;]/g, '\\$&');
}

const speech = new Map<string, Promise<boolean>>();

/** Asked once for each ffmpeg. */
function canSpeak(): Promise<boolean> {
  const program = findFfmpeg();
  const known = speech.get(program) ?? askForSpeech();
  speech.set(program, known);
  return known;
}

async function askForSpeech(): Promise<boolean> {
  const ffmpeg = spawnFfmpeg(['-filters']);
  let text = '';
  for await (const chunk of ffmpeg.stdout) text += String(chunk);
  await ffmpeg.stop();
  return /^ \S+ flite /m.test(text);
}

/** A copy, because samples must lie on even addresses; what is short is filled with silence. */
function blockOf(bytes: Buffer): Int16Array {
  const block = new Uint8Array(blockBytes);
  block.set(bytes.subarray(0, blockBytes));
  return new Int16Array(block.buffer);
}
