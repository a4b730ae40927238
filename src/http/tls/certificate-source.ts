import type { Hono } from 'hono';
import type { HttpEnv } from '../context.ts';
import type { Certificate } from '../listener.ts';

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
