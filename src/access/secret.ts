import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VedetteError } from '../errors.ts';
import { Secret } from '../log.ts';
import { createFile, replaceFile } from './atomic-file.ts';

/** 128 bits: beyond guessing at any rate a network allows. */
const secretBytes = 16;
/** base64url of {@link secretBytes}. */
const secretPattern = /^[A-Za-z0-9_-]{22}$/;

/**
 * The owner's secret of this device, made on first run and kept in `<folder>/secret`, readable by its user only.
 * @param folder `identity/` of the state folder.
 * @throws VedetteError `access/secret-damaged`
 */
export async function loadSecret(folder: string): Promise<Secret> {
  const path = join(folder, 'secret');
  let text = await readExisting(path);
  if (text === undefined) {
    await createFile(path, `${randomBytes(secretBytes).toString('base64url')}\n`);
    text = (await readExisting(path)) ?? '';
  }
  const secret = text.trim();
  if (!secretPattern.test(secret)) throw new VedetteError('access/secret-damaged', { path });
  await chmod(path, 0o600); // a copy or a restored backup may have come wide open
  return new Secret(secret);
}

/** Makes a new secret in the old one's place. */
export async function renewSecret(folder: string): Promise<Secret> {
  const text = randomBytes(secretBytes).toString('base64url');
  await replaceFile(join(folder, 'secret'), `${text}\n`);
  return new Secret(text);
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(expected: Secret, given: string): boolean {
  return timingSafeEqual(digest(expected.reveal()), digest(given));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function readExisting(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
