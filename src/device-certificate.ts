import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile } from './access/atomic-file.ts';
import type { Clock } from './clock.ts';
import { VedetteError } from './errors.ts';
import {
  type DtlsCertificate,
  makeDtlsCertificate,
  readDtlsCertificate,
} from './transport/dtls/certificate.ts';

/** The certificate that the device proves to its viewers in DTLS: of `<folder>/dtls.pem`, made at the first start. */
export class DeviceCertificate {
  readonly #path: string;
  readonly #clock: Clock;
  #loaded: DtlsCertificate | undefined;

  /** @param folder `identity/` of the state folder; made where it is not there. */
  constructor(folder: string, clock: Clock) {
    this.#path = join(folder, 'dtls.pem');
    this.#clock = clock;
  }

  /** @throws VedetteError `media/certificate-damaged` */
  async start(): Promise<void> {
    const path = this.#path;
    let text = await readFile(path, 'utf8').catch(absent);
    if (text === undefined) {
      // Of two processes that start at once, both use the one that was first.
      await createFile(path, await makeDtlsCertificate(this.#clock.wall()));
      text = await readFile(path, 'utf8');
    }
    this.#loaded = readDtlsCertificate(text);
    if (!this.#loaded)
      throw new VedetteError('media/certificate-damaged', {
        path,
        detail: 'it holds no certificate with its key',
      });
  }

  /** Only after {@link start}. */
  get loaded(): DtlsCertificate {
    if (!this.#loaded) throw new Error('the certificate was not loaded');
    return this.#loaded;
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
