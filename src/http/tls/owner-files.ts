import { X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { VedetteError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Certificate } from '../listener.ts';
import type { CertificateSource } from './certificate-source.ts';

/** By polling, for what renews certificates swaps symbolic links, which a watch on a file does not see. */
const pollMs = 2_000;

/** The owner's own certificate, read again when a file changes; a bad new one leaves the old one in use. */
export class OwnerFiles implements CertificateSource {
  readonly trust = undefined;
  readonly fingerprint = undefined;
  readonly #certificatePath: string;
  readonly #keyPath: string;
  readonly #log: Logger;
  #changed: (() => void) | undefined;

  /** @param certificatePath PEM chain, the server's own first. @param keyPath PEM private key. */
  constructor(certificatePath: string, keyPath: string, log: Logger) {
    this.#certificatePath = certificatePath;
    this.#keyPath = keyPath;
    this.#log = log;
  }

  /** @throws VedetteError `tls/certificate` */
  async start(renewed: (certificate: Certificate) => void): Promise<Certificate> {
    const first = await this.#read();
    this.#changed = () => {
      this.#read().then(
        (certificate) => {
          renewed(certificate);
          this.#log.info('the certificate was read again');
        },
        (error: Error) => this.#log.warn({ reason: error.message }, 'the new certificate is left out'),
      );
    };
    for (const path of this.#paths) watchFile(path, { interval: pollMs, persistent: false }, this.#changed);
    return first;
  }

  stop(): void {
    if (this.#changed === undefined) return;
    for (const path of this.#paths) unwatchFile(path, this.#changed);
    this.#changed = undefined;
  }

  get #paths(): readonly string[] {
    return [this.#certificatePath, this.#keyPath];
  }

  async #read(): Promise<Certificate> {
    let path = this.#certificatePath;
    try {
      const cert = await readFile(path, 'utf8');
      new X509Certificate(cert);
      path = this.#keyPath;
      const key = await readFile(path, 'utf8');
      createSecureContext({ cert, key }); // that they belong together
      return { cert, key };
    } catch (error) {
      throw new VedetteError('tls/certificate', { path, detail: (error as Error).message }, { cause: error });
    }
  }
}
