import { open } from 'node:fs/promises';
import { Decrypter } from 'age-encryption';
import { unpackTar } from 'modern-tar';
import { VedetteError } from '../errors.ts';
import { contents, Manifest, manifestName } from './contents.ts';

/** What age begins with, and then the one recipient that a passphrase has (https://age-encryption.org/v1). */
const ageByPassphrase = /^age-encryption\.org\/v1\n-> scrypt \S+ \d+\n/;
const headBytes = 200;
/** It is read as a whole: nothing of it is looked at before all of it is proved. */
const maxFileBytes = 1024 ** 3 + 1024 ** 2;

/** A backup that was opened; of what it holds only names and sizes were looked at. */
export interface Opened {
  readonly manifest: Manifest;
  /** By name, without the manifest. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Opens a backup.
 * @throws VedetteError `backup/unreadable`, `backup/foreign`, `backup/wrong-passphrase`, `backup/damaged`
 */
export async function readBackup(file: string, passphrase: string): Promise<Opened> {
  const sealed = await readSealed(file);
  if (!ageByPassphrase.test(sealed.subarray(0, headBytes).toString('latin1')))
    throw new VedetteError('backup/foreign', { file, detail: 'age did not encrypt it by a passphrase' });
  const tar = await decrypted(file, sealed, passphrase);
  return opened(file, tar);
}

async function readSealed(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > maxFileBytes) throw new VedetteError('backup/foreign', { file, detail: 'it is too large' });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof VedetteError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new VedetteError('backup/unreadable', { file, detail: code ?? message }, { cause: error });
  }
}

async function decrypted(file: string, sealed: Buffer, passphrase: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(new Uint8Array(sealed));
  } catch (cause) {
    // The library tells them apart by words alone. A passphrase that is wrong, and its part of the file that was changed,
    // are one thing to it.
    const detail = cause instanceof Error ? cause.message : String(cause);
    if (detail.startsWith('no identity matched')) throw new VedetteError('backup/wrong-passphrase', { file });
    throw new VedetteError('backup/damaged', { file, detail }, { cause });
  }
}

async function opened(file: string, tar: Uint8Array): Promise<Opened> {
  const foreign = (detail: string) => new VedetteError('backup/foreign', { file, detail });
  const entries = await unpackTar(tar, { strict: true }).catch((error: unknown) => {
    throw foreign(String(error));
  });
  const files = new Map<string, Uint8Array>();
  for (const { header, data } of entries) {
    const { name, type } = header;
    const known = contents.get(name);
    if (!known) throw foreign(`${JSON.stringify(name.slice(0, 100))} does not belong into one`);
    if (type !== 'file' || data === undefined) throw foreign(`${name} is no file`);
    if (data.length > known.maxBytes) throw foreign(`${name} is too large`);
    if (files.has(name)) throw foreign(`${name} stands twice`);
    files.set(name, data);
  }
  for (const [name, { needed }] of contents)
    if (needed && !files.has(name)) throw foreign(`${name} is not in it`);
  const manifest = manifestOf(files.get(manifestName) ?? new Uint8Array());
  if (!manifest) throw foreign(`${manifestName} cannot be read, or is of a newer Vedette`);
  files.delete(manifestName);
  return { manifest, files };
}

function manifestOf(bytes: Uint8Array): Manifest | undefined {
  try {
    return Manifest.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}
