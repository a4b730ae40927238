import { readFile } from 'node:fs/promises';
import { VedetteError } from '../errors.ts';

/** Of a backup's passphrase: short ones are tried out by whoever finds the file. */
const leastCharacters = 12;

/**
 * A passphrase from a file, or from whoever sits at the terminal: never from an argument or the environment, which others on
 * the machine may see.
 * @param isNew it is asked for twice, and must not be a short one
 * @throws VedetteError `backup/no-passphrase`, `backup/short-passphrase`
 */
export async function passphraseFrom(file: string | undefined, isNew: boolean): Promise<string> {
  const given = file === undefined ? await asked(isNew) : firstLine(await readFile(file, 'utf8'));
  if (isNew && given.length < leastCharacters)
    throw new VedetteError('backup/short-passphrase', { least: leastCharacters });
  return given;
}

const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0] ?? '';

async function asked(isNew: boolean): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new VedetteError('backup/no-passphrase');
  const { password } = await import('@inquirer/prompts');
  if (!isNew) return password({ message: 'The passphrase of the backup' });
  const first = await password({
    message: 'A passphrase for the backup; without it nobody opens it, you neither',
    validate: (text) => text.length >= leastCharacters || `at least ${leastCharacters} characters`,
  });
  await password({ message: 'Once more', validate: (text) => text === first || 'this is another one' });
  return first;
}
