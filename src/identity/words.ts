import { wordList } from './word-list.ts';

const words = 4;
/**
 * Four words are 32 bits, which a machine in the middle could search for a key that sounds the same. Each try costs it
 * this many hashes, so the search takes decades; a person's phone waits some 50 ms once.
 */
const iterations = 100_000;

/**
 * Four words for two people to compare, the same on a page and in a terminal.
 * @param parts what must be the same on both sides: keys, an invitation
 */
export async function keyWords(parts: readonly string[]): Promise<string> {
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey(
    'raw',
    encoder.encode(JSON.stringify(parts)),
    'PBKDF2',
    false,
    ['deriveBits'],
  );
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt: encoder.encode('vedette words 1'), iterations },
    material,
    words * 8,
  );
  return [...new Uint8Array(bits)].map((byte) => wordList[byte]).join(' ');
}
