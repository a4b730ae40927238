import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Encrypter } from 'age-encryption';
import { createTarPacker } from 'modern-tar';
import { replaceFile } from '../access/atomic-file.ts';
import type { DeviceIdentity } from '../access/device-identity.ts';
import { openTrustForReading } from '../access/trust/database.ts';
import { salvage } from '../access/trust/salvage.ts';
import type { TrailKeys } from '../access/trust/trail-keys.ts';
import { VedetteError } from '../errors.ts';
import { faultOf } from '../sqlite-file.ts';
import { contents, deviceKeyName, type Manifest, manifestName, trustName } from './contents.ts';

/** Half of what age itself takes by default: 128 MB for a second, on machines that have 512. */
const scryptLogN = 17;
const copyPrefix = '.backup-';

export interface BackupWish {
  /** The device's state folder. */
  readonly folder: string;
  readonly identity: Pick<DeviceIdentity, 'publicKey' | 'succession' | 'path'>;
  readonly manifest: Omit<Manifest, 'format' | 'publicKey'>;
  readonly passphrase: string;
  /** The file to be written or replaced: whole, or not at all. */
  readonly to: string;
  /** The cost of a try at the passphrase, 2^n. */
  readonly scryptLogN?: number;
}

/**
 * Writes what makes the device itself, encrypted: a tar within the age format (https://age-encryption.org/v1), so that
 * `age --decrypt` and `tar` open it without us. The device may be running.
 * @throws VedetteError `trust/none`, `trust/damaged`, `trust/broken-trail` where what would be kept does not hold
 */
export async function writeBackup(wish: BackupWish): Promise<void> {
  const { folder, identity, to } = wish;
  for (const name of await readdir(folder))
    if (name.startsWith(copyPrefix)) await rm(join(folder, name), { recursive: true, force: true });
  // Beside the original, where only the device's user reads.
  const aside = await mkdtemp(join(folder, copyPrefix));
  try {
    const copy = join(aside, trustName);
    copyTrust(join(folder, trustName), copy);
    await mustHold(copy, identity);
    const encrypter = new Encrypter();
    encrypter.setPassphrase(wish.passphrase);
    encrypter.setScryptWorkFactor(wish.scryptLogN ?? scryptLogN);
    const { readable, controller } = createTarPacker();
    const encrypted = await encrypter.encrypt(readable);
    await Promise.all([replaceFile(to, encrypted), pack(controller, wish, copy)]);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** What a reader sees who comes now, while the device may be writing (https://sqlite.org/lang_vacuum.html). */
function copyTrust(from: string, to: string): void {
  try {
    const database = openTrustForReading(from);
    try {
      database.prepare('VACUUM INTO ?').run(to);
    } finally {
      database.close();
    }
  } catch (error) {
    const code = faultOf(error) === 'damaged' ? 'trust/damaged' : 'trust/unwritable';
    throw new VedetteError(code, { detail: String((error as Error).message) }, { cause: error });
  }
}

/** A backup that cannot be restored is none. */
async function mustHold(copy: string, keys: TrailKeys): Promise<void> {
  const { sound, trail } = await salvage(copy, keys);
  if (trail.bad) throw new VedetteError('trust/damaged', { detail: trail.bad.what });
  if (!sound) throw new VedetteError('trust/damaged', { detail: 'a row in it cannot be read' });
}

type Packer = ReturnType<typeof createTarPacker>['controller'];

async function pack(packer: Packer, { folder, identity, manifest }: BackupWish, copy: string): Promise<void> {
  const text: Manifest = { format: 1, ...manifest, publicKey: identity.publicKey };
  const mtime = new Date(manifest.time);
  const add = async (name: string, size: number, body: ReadableStream<Uint8Array>): Promise<void> => {
    await body.pipeTo(packer.add({ name, size, mtime, mode: 0o600 }));
  };
  try {
    for (const name of contents.keys()) {
      if (name === trustName) {
        await add(name, (await stat(copy)).size, bytesOf(createReadStream(copy)));
        continue;
      }
      const bytes =
        name === manifestName
          ? Buffer.from(`${JSON.stringify(text, undefined, 2)}\n`)
          : name === deviceKeyName
            ? await readFile(identity.path)
            : await readIfThere(join(folder, name));
      if (bytes) await add(name, bytes.length, bytesOf(Readable.from([bytes])));
    }
    packer.finalize();
  } catch (error) {
    packer.error(error);
    throw error;
  }
}

const bytesOf = (readable: Readable): ReadableStream<Uint8Array> =>
  Readable.toWeb(readable) as ReadableStream<Uint8Array>;

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
