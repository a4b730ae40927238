import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { CertificateSource } from './certificate-source.ts';
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
