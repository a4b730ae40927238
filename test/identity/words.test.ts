import { expect, it } from 'vitest';
import { wordList } from '../../src/identity/word-list.ts';
import { keyWords } from '../../src/identity/words.ts';

it('has one word for each value of a byte, all different', () => {
  expect(wordList).toHaveLength(256);
  expect(new Set(wordList).size).toBe(256);
  for (const word of wordList) expect(word).toMatch(/^[a-z]{3,8}$/);
});

it('gives four words: the same for the same parts, others for others', async () => {
  const words = await keyWords(['device', 'phone']);
  expect(words).toMatch(/^[a-z]+( [a-z]+){3}$/);
  expect(await keyWords(['device', 'phone'])).toBe(words);
  expect(await keyWords(['devicep', 'hone'])).not.toBe(words);
});
