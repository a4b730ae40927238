import type { Hono } from 'hono';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { HttpEnv } from '../context.ts';
import { ownAddresses } from '../hosts.ts';
import type { Certificate } from '../listener.ts';
import type { CertificateSource } from './certificate-source.ts';
import { DeviceAuthority, type Leaf } from './device-authority.ts';
import { trustRoutes } from './trust.ts';

/** How often the certificate is looked at: a clock that was set, an address that came, an end that nears. */
const checkMs = 60_000;
/** Renewed this long before its end. */
const renewBeforeMs = 30 * 24 * 3_600_000;

const loopbackAddresses = ['127.0.0.1', '::1'];

/** Certificates of the device's own authority, renewed by themselves; their keys are never written down. */
export class DeviceCertificate implements CertificateSource {
  readonly trust: Hono<HttpEnv>;
  readonly #folder: string;
  readonly #device: string;
  readonly #names: readonly string[];
  readonly #clock: Clock;
  readonly #log: Logger;
  #authority: DeviceAuthority | undefined;
  #leaf: Leaf | undefined;
  #issuedFor = '';
  #timer: NodeJS.Timeout | undefined;

  /** @param folder `identity/` of the state folder. @param names the device's host names. */
  constructor(folder: string, device: string, names: readonly string[], clock: Clock, log: Logger) {
    this.#folder = folder;
    this.#device = device;
    this.#names = [...names.filter((name) => /^[a-z0-9.-]+$/.test(name) && /[a-z]/.test(name)), 'localhost'];
    this.#clock = clock;
    this.#log = log;
    this.trust = trustRoutes(device, () => this.#authority);
  }

  get fingerprint(): string | undefined {
    return this.#authority?.fingerprint;
  }

  /** @throws VedetteError `tls/certificate` */
  async start(renewed: (certificate: Certificate) => void): Promise<Certificate> {
    const addresses = [...loopbackAddresses, ...ownAddresses()];
    this.#authority = await DeviceAuthority.load(
      this.#folder,
      this.#device,
      this.#names,
      addresses,
      this.#clock.wall(),
    );
    const first = await this.#issue(this.#authority, addresses);
    this.#timer = setInterval(() => {
      this.#check(renewed).catch((error: Error) => {
        this.#log.error({ reason: error.message }, 'the certificate could not be renewed');
      });
    }, checkMs);
    this.#timer.unref();
    return first;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(renewed: (certificate: Certificate) => void): Promise<void> {
    if (this.#authority === undefined || this.#leaf === undefined) return;
    const addresses = [...loopbackAddresses, ...ownAddresses()];
    const now = this.#clock.wall();
    const inTime = now >= this.#leaf.from && now < this.#leaf.until - renewBeforeMs;
    // Before its time it is as good as a new one: that would not be made for such a time either.
    if ((inTime || now < this.#leaf.from) && addresses.join() === this.#issuedFor) return;
    renewed(await this.#issue(this.#authority, addresses));
    this.#log.info('the certificate was renewed');
  }

  async #issue(authority: DeviceAuthority, addresses: readonly string[]): Promise<Leaf> {
    const leaf = await authority.issue(this.#names, addresses, this.#clock.wall());
    if (leaf.uncovered.length > 0) {
      this.#log.warn(
        'the device has addresses that its certificate authority does not cover: use its .local name',
      );
    }
    this.#leaf = leaf;
    this.#issuedFor = addresses.join();
    return leaf;
  }
}
