import type { Hono } from 'hono';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { HttpEnv } from '../context.ts';
import type { Certificate } from '../listener.ts';
import { DeviceCertificate } from './device-certificate.ts';
import { OwnerFiles } from './owner-files.ts';

/** Where the certificate of HTTPS comes from. */
export type TlsOptions =
  /** Plain HTTP only, for whoever puts a proxy in front. */
  | { readonly mode: 'off' }
  /** The owner's: PEM files, read again when they change. */
  | { readonly mode: 'files'; readonly certificate: string; readonly key: string }
  /** The device's own authority, kept in `folder` (`identity/` of the state folder). */
  | { readonly mode: 'device'; readonly folder: string };

/** Gives the certificate, and the next one when it is due. */
export interface CertificateSource {
  /** @throws VedetteError `tls/certificate` */
  start(renewed: (certificate: Certificate) => void): Promise<Certificate>;
  stop(): void;
  /** Routes that help people to trust it. */
  readonly trust: Hono<HttpEnv> | undefined;
  /** SHA-256 of the authority that people are asked to trust, once started. */
  readonly fingerprint: string | undefined;
}

export interface CertificateContext {
  readonly device: string;
  /** The device's host names. */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** The source that `options` ask for; none where TLS is off. */
export function createCertificateSource(
  options: TlsOptions,
  { device, names, clock, log }: CertificateContext,
): CertificateSource | undefined {
  switch (options.mode) {
    case 'off':
      return undefined;
    case 'files':
      return new OwnerFiles(options.certificate, options.key, log);
    case 'device':
      return new DeviceCertificate(options.folder, device, names, clock, log);
  }
}
