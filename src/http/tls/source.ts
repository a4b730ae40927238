import type { Hono } from 'hono';
import type { Clock } from '../../clock.ts';
import type { Logger } from '../../log.ts';
import type { HttpEnv } from '../context.ts';
import type { Certificate } from '../listener.ts';

/** Where the certificate of HTTPS comes from. */
export type TlsOptions =
  /** Plain HTTP only, for whoever puts a proxy in front. */
  { readonly mode: 'off' };

/** Gives the certificate, and the next one when it is due. */
export interface CertificateSource {
  start(renewed: (certificate: Certificate) => void): Promise<Certificate>;
  stop(): void;
  /** Routes that help people to trust it. */
  readonly trust: Hono<HttpEnv> | undefined;
}

export function createCertificateSource(
  options: TlsOptions,
  _names: readonly string[],
  _clock: Clock,
  _log: Logger,
): CertificateSource | undefined {
  switch (options.mode) {
    case 'off':
      return undefined;
  }
}
