import { access, chmod, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VedetteError } from '../errors.ts';
import { decodeBase64url, encodeBase64url } from '../identity/base64url.ts';
import { generateKey, keyIdOf, type SigningKey, sign } from '../identity/keys.ts';
import { agree } from '../identity/seal-keys.ts';
import { holds, maxChanges, nextLink, Succession } from '../identity/succession.ts';
import { createFile, removeLeftovers, replaceFile, syncFolder } from './atomic-file.ts';

/** What stands before the 32 bytes of an X25519 key in PKCS #8 (RFC 8410, 7). */
const x25519Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
/** As the systemd credential store names it (systemd.exec(5), LoadCredential=). */
const credentialName = 'vedette-device-key';

export interface DeviceIdentityOptions {
  /** `identity/` of the state folder; made where it is not there. */
  readonly folder: string;
  /** systemd's `$CREDENTIALS_DIRECTORY`, where it gives one. */
  readonly credentials?: string | undefined;
  /** Files that come to be with the key: where one of them is there and the key is not, no new one is made. */
  readonly witnesses: readonly string[];
}

/** In `identity/`. */
const keyName = 'device.key';
/** In `identity/`: how the device came to the key that it has. */
export const successionName = 'succession.json';
/** In `identity/`: a key that is to follow, and does not yet. */
const nextKeyName = 'device.key.next';

interface Loaded {
  readonly key: SigningKey;
  readonly publicKey: string;
  readonly id: string;
  readonly seal: { readonly key: SigningKey; readonly publicKey: string };
  /** Where it lies. */
  readonly path: string;
}

/** A key that has succeeded another has a chain that leads to it. */
interface Known extends Loaded {
  readonly succession: Succession;
}

/**
 * The device's Ed25519 key: who it is to everybody who knows it. Made at the first start, and never again: what cannot be
 * read ends the start, because a new key would be another device.
 */
export class DeviceIdentity {
  readonly #options: DeviceIdentityOptions;
  #loaded: Known | undefined;

  constructor(options: DeviceIdentityOptions) {
    this.#options = options;
  }

  /** @throws VedetteError `identity/damaged`, `identity/unreadable`, `identity/missing` */
  async start(): Promise<void> {
    const { credentials, folder } = this.#options;
    const given = credentials === undefined ? undefined : join(credentials, credentialName);
    const text = given === undefined ? undefined : await readText(given);
    const isGiven = given !== undefined && text !== undefined;
    const loaded = isGiven ? await readKey(text, given) : await this.#loadOwn();
    this.#loaded = await this.#succeeded(loaded, join(folder, successionName), isGiven);
  }

  /** Every key that the device had, and who each was followed by; empty where it was never changed. */
  get succession(): Succession {
    return this.#started.succession;
  }

  /**
   * Gives the device another key, which the old one names as the one that follows; whoever knows the old one follows it
   * there. The device is stopped. Each step is on the disk when it is told; cut short, the device has the old key or the
   * new one.
   * @param heads so many heads of the trail there are
   * @param now wall time in ms
   * @throws VedetteError `identity/not-kept-here`, `identity/too-many-changes`
   */
  async *change(heads: number, now: number): AsyncGenerator<string, void> {
    const { folder } = this.#options;
    const { succession, path } = this.#started;
    if (path !== join(folder, keyName)) throw new VedetteError('identity/not-kept-here', { path });
    if (succession.length >= maxChanges) throw new VedetteError('identity/too-many-changes');
    const next = join(folder, nextKeyName);
    await replaceFile(next, await newKey());
    yield 'the new key is made';
    const to = await readKey((await readText(next)) ?? '', next);
    const signer = { publicKey: to.publicKey, sign: (statement: string) => sign(to.key, statement) };
    const link = await nextLink(succession, { from: this, to: signer, time: now, heads });
    await replaceFile(join(folder, successionName), `${JSON.stringify([...succession, link])}\n`);
    yield 'it is named';
    await rename(next, path);
    await syncFolder(folder);
    await this.start();
  }

  /** With the chain that leads to it. A change that was named and not made is made now. */
  async #succeeded(loaded: Loaded, path: string, isGiven: boolean): Promise<Known> {
    const { folder } = this.#options;
    const next = join(folder, nextKeyName);
    const succession = await readSuccession(path);
    const last = succession.at(-1);
    if (last === undefined || last.to === loaded.publicKey) {
      await rm(next, { force: true });
      return { ...loaded, succession };
    }
    const text = isGiven ? undefined : await readText(next);
    const following = text === undefined ? undefined : await readKey(text, next);
    if (last.from !== loaded.publicKey || following?.publicKey !== last.to)
      throw new VedetteError('identity/succession-damaged', { path, detail: 'it leads to another key' });
    await rename(next, loaded.path);
    await syncFolder(folder);
    return { ...following, path: loaded.path, succession };
  }

  /** Raw, base64url. */
  get publicKey(): string {
    return this.#started.publicKey;
  }

  /** SHA-256 of {@link publicKey}. */
  get id(): string {
    return this.#started.id;
  }

  /** X25519, raw, base64url: what is said first over a broker is sealed to it. */
  get sealKey(): string {
    return this.#started.seal.publicKey;
  }

  /** Where the key lies: in the state folder, or in the credential store. */
  get path(): string {
    return this.#started.path;
  }

  sign(text: string): Promise<string> {
    return sign(this.#started.key, text);
  }

  /** The secret of {@link sealKey} with another's public key. @throws Error where that is none */
  agree(publicKey: string): Promise<Uint8Array<ArrayBuffer>> {
    return agree(this.#started.seal.key, publicKey);
  }

  get #started() {
    if (!this.#loaded) throw new Error('the identity was not started');
    return this.#loaded;
  }

  async #loadOwn() {
    const { folder, witnesses } = this.#options;
    const path = join(folder, keyName);
    let text = await readText(path);
    if (text === undefined) {
      for (const witness of [...witnesses, join(folder, successionName)])
        if (await exists(witness)) throw new VedetteError('identity/missing', { path, witness });
      // Of two processes that start at once, both use the one that was first.
      await createFile(path, await newKey());
      text = (await readText(path)) ?? '';
    }
    await removeLeftovers(path);
    const loaded = await readKey(text, path);
    await chmod(path, 0o600); // a copy or a restored backup may have come wide open
    return loaded;
  }
}

/** A new key as PKCS #8 in PEM (RFC 7468, 10; RFC 8410, 7). */
async function newKey(): Promise<string> {
  const { privateKey } = await generateKey(true);
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
}

/** @throws VedetteError `identity/damaged` */
async function readKey(pem: string, path: string): Promise<Loaded> {
  const body = /^-----BEGIN PRIVATE KEY-----\s([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----\s*$/.exec(
    pem,
  )?.[1];
  try {
    if (body === undefined) throw new TypeError('no PKCS #8 key in PEM');
    const der = Buffer.from(body, 'base64');
    const readable = await crypto.subtle.importKey('pkcs8', der, 'Ed25519', true, ['sign']);
    const { x = '', d = '' } = await crypto.subtle.exportKey('jwk', readable);
    const publicKey = encodeBase64url(decodeBase64url(x) ?? new Uint8Array());
    const key = await crypto.subtle.importKey('pkcs8', der, 'Ed25519', false, ['sign']);
    const seal = await sealKeyFrom(decodeBase64url(d) ?? new Uint8Array());
    return { key, publicKey, id: await keyIdOf(publicKey), seal, path };
  } catch (cause) {
    throw new VedetteError('identity/damaged', { path }, { cause });
  }
}

/** One secret to keep is enough: the X25519 key is made from the Ed25519 one, by HKDF (RFC 5869), so neither tells the other. */
async function sealKeyFrom(seed: Uint8Array<ArrayBuffer>): Promise<Loaded['seal']> {
  const material = await crypto.subtle.importKey('raw', seed, 'HKDF', false, ['deriveBits']);
  const info = new TextEncoder().encode('vedette seal key 1');
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info };
  const secret = new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 256));
  const der = Buffer.concat([x25519Prefix, secret]);
  const readable = await crypto.subtle.importKey('pkcs8', der, 'X25519', true, ['deriveBits']);
  const { x = '' } = await crypto.subtle.exportKey('jwk', readable);
  const key = await crypto.subtle.importKey('pkcs8', der, 'X25519', false, ['deriveBits']);
  return { key, publicKey: x };
}

/** Empty where the key was never changed. @throws VedetteError `identity/succession-damaged` */
export async function readSuccession(path: string): Promise<Succession> {
  const text = await readText(path);
  if (text === undefined) return [];
  const damaged = (detail: string) => new VedetteError('identity/succession-damaged', { path, detail });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw damaged('it cannot be read');
  }
  const { data } = Succession.safeParse(parsed);
  if (!data) throw damaged('it is no chain of keys');
  if (!(await holds(data))) throw damaged('a signature in it does not hold');
  return data;
}

/** @returns undefined where there is no such file. @throws VedetteError `identity/unreadable` */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') throw error; // the state folder is at fault, not the key
    throw new VedetteError('identity/unreadable', { path, detail: code || message }, { cause: error });
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
